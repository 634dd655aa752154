import assert from 'node:assert/strict'
import { runKillSuite, stepsOf, summaryLine, type KillResult } from '../src/kill/kill-suite.ts'
import { deaths } from '../../homeserver/test/kill/deaths.ts'
import { stepsIn } from '../src/kill/steps-in-code.ts'
import { startIrcLoopback } from '../src/loopback/irc-loopback.ts'
import { loopbacks, sharedLoopbacks } from '../src/loopback/start-loopback.ts'

describe('killing the process under two-way traffic', function () {
  // Rounds go by the machine; this ends only what hangs.
  this.timeout(7_200_000)

  const uncertain = ['irc:written', 'bridge:uncertain-told']

  it('ends it at every step that the code has', async () => {
    const ended = new Set([...deaths.map(({ step }) => step), ...uncertain])
    for (const { start } of Object.values(loopbacks)) {
      await using network = await start()
      for (const step of stepsOf(network)) ended.add(step)
    }
    const folders = ['core', 'homeserver', ...Object.keys(loopbacks).map((name) => `bridges/${name}`)]
    assert.deepEqual(
      folders.flatMap(stepsIn).filter((step) => !ended.has(step)),
      [],
    )
    // Each package names some, so that they are not looked for where there are none.
    assert.deepEqual(
      folders.filter((folder) => stepsIn(folder).length === 0),
      [],
    )
  })

  for (const [name, loopback] of Object.entries(loopbacks)) {
    it(`loses, doubles and reorders nothing on ${name}, at named steps and at random moments`, async () => {
      const network = await loopback.start()
      const result = await runKillSuite({ network, rounds: 30, seed: 20 })
      report(result)
      assert.deepEqual(result.details, [])
      const { lost, doubled, reordered, unmarked, unknowable } = result
      assert.deepEqual([lost, doubled, reordered, unmarked, unknowable], [0, 0, 0, 0, 0])
      assert.deepEqual(
        stepsOf(network).filter((step) => !result.kills.has(step)),
        [],
        'every step ended the process',
      )
      // Talk goes by the clock, and rounds by the machine.
      assert.ok(result.accepted > result.rounds, 'there was traffic')
    })
  }

  for (const [name, { start }] of Object.entries(sharedLoopbacks)) {
    it(`doubles nothing on ${name} where several logins share a chat`, async () => {
      const network = await start()
      const steps = ['bridge:transmitted', 'bridge:outbox-recorded', 'bridge:journal-stored', 'bridge:matrix-sent']
      const result = await runKillSuite({ network, rounds: 12, seed: 8, steps })
      report(result)
      assert.deepEqual(result.details, [])
      const { lost, doubled, reordered, unmarked, unknowable } = result
      assert.deepEqual([lost, doubled, reordered, unmarked, unknowable], [0, 0, 0, 0, 0])
      assert.ok(result.accepted > result.rounds, 'there was traffic')
    })
  }

  it('sends nothing twice and marks what is unknowable where the IRC server keeps no history', async () => {
    const network = await startIrcLoopback({ keepsHistory: false })
    // Twice each: a kill while a line is written, and one when its mark is told and not yet recorded.
    const steps = [...uncertain, ...uncertain]
    const result = await runKillSuite({ network, rounds: 12, seed: 7, steps })
    report(result)
    assert.deepEqual(result.details, [])
    assert.deepEqual([result.lost, result.doubled, result.reordered, result.unmarked], [0, 0, 0, 0])
    assert.ok(result.unknowable > 0 && result.kills.has('bridge:uncertain-told'), 'there was something to mark')
  })
})

function report(result: KillResult): void {
  const kills = [...result.kills].map(([step, count]) => `${step} ${count}`).join(', ')
  console.log(`      ${result.accepted} lines accepted; killed: ${kills}`)
  console.log(`      ${summaryLine(result)}`)
}
