import assert from 'node:assert/strict'
import { onEveryEngine } from '../support.ts'

onEveryEngine('what a crash may leave in doubt', (open) => {
  const run = ['one', 'two', 'three', 'four']
  const cases = [
    { title: 'is one of a run, where the network must be asked', isIdempotent: false, states: [1, 0, 0, 0] },
    { title: 'is a whole run, where the network knows a repeat', isIdempotent: true, states: [1, 1, 1, 1] },
  ]

  for (const { title, isIdempotent, states } of cases) {
    it(title, async () => {
      await using stage = await open({ isIdempotent, hasHistory: true })
      const alice = await stage.person('alice')
      const roomId = await alice.join('#sim_garden:test.local')
      const [held, reached, answered] = [0, 1, 2].map(() => Promise.withResolvers<void>())
      stage.network.beforeAnswer = async ({ text }) => {
        if (text === 'before') await held?.promise
        if (text === 'one') reached?.resolve()
        if (text === 'one') await answered?.promise
      }
      await alice.say(roomId, 'before')
      await stage.network.arrival(({ text }) => text === 'before')
      const eventIds: string[] = []
      for (const text of run) eventIds.push(await alice.say(roomId, text))
      const inbox = 'select count(*) as n from bridge_inbox where state = 0 and event_id = $1'
      const isTaken = async (): Promise<boolean> =>
        (await stage.database.get<{ n: number }>(inbox, eventIds.at(-1)!))?.n === 1
      while (!(await isTaken())) await new Promise(setImmediate)
      held?.resolve()
      await reached?.promise
      const stored: (number | undefined)[] = []
      for (const eventId of eventIds) {
        const sql = 'select state from bridge_outbox where event_id = $1'
        stored.push((await stage.database.get<{ state: number }>(sql, eventId))?.state)
      }
      answered?.resolve()
      assert.deepEqual(stored, states)
      await stage.network.arrival(({ text }) => text === 'four')
      const said = stage.network.fromMatrix('garden').map(({ text }) => text)
      assert.deepEqual(said, ['before', ...run])
    })
  }
})
