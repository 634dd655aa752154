import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { JsonObject } from '@pons/matrix'
import type { LoopbackChat } from '../src/loopback/loopback-chat.ts'
import { sampleMedia } from '../src/loopback/sample-media.ts'
import { startLoopbackStage, type LoopbackStage } from '../src/loopback/loopback-stage.ts'
import { loopbacks } from '../src/loopback/start-loopback.ts'

const given = process.env['TEST_POSTGRES_URL']
const storages: readonly { name: string; settings: () => Promise<JsonObject> }[] = [
  { name: 'SQLite', settings: async () => ({}) },
  ...(given === undefined ? [] : [{ name: 'PostgreSQL', settings: () => schemaOf(given) }]),
]

async function schemaOf(url: string): Promise<JsonObject> {
  const schema = `hostile_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await admin.query(`create schema ${schema}`)
  await admin.end()
  const database = new URL(url)
  database.searchParams.set('options', `-c search_path=${schema}`)
  return { database: database.href }
}

/** What a protocol lets pass and a database may not: NUL, other controls, characters that are none. */
const hostile = 'be\u0000fore \u0001\u001f\u007f\ufffe\uffff after'

for (const { name: storage, settings } of storages) {
  describe(`text that nobody should send, on every network (${storage})`, function () {
    let stage: LoopbackStage

    before(async () => {
      const networks = await Promise.all(Object.values(loopbacks).map(async ({ start }) => await start()))
      stage = await startLoopbackStage({ networks, settings: await settings() })
    })
    after(async () => await stage?.[Symbol.asyncDispose]())

    for (const name of Object.keys(loopbacks)) {
      it(`stalls nothing that comes from ${name}`, async () => {
        for (const chat of chatsOf(name)) await fromNetwork(chat)
        await assertNothingGivenUp(name)
      })

      it(`stalls nothing that goes to ${name}`, async () => {
        for (const chat of chatsOf(name)) await toNetwork(chat)
        await assertNothingGivenUp(name)
      })
    }

    function chatsOf(name: string): readonly LoopbackChat[] {
      const chats = stage.chats.get(name) ?? []
      assert.ok(chats.length > 0)
      return chats
    }

    async function fromNetwork(chat: LoopbackChat): Promise<void> {
      // A line of IRC cannot hold NUL; its server ends the line there.
      const text = stage.chats.get('irc')?.includes(chat) ? hostile.replaceAll('\u0000', '') : hostile
      const said = await chat.say(text)
      await chat.setTopic?.(text)
      await chat.rename?.(text)
      await chat.reply?.(said, text)
      await chat.edit?.(said, `${text} again`)
      await chat.react?.(said, '👍')
      await chat.send?.({ ...sampleMedia('file', 'hostile'), fileName: `${hostile}.pdf`, caption: hostile })
      await chat.sendContact?.({ name: hostile, phone: '+15550009999' })
      await chat.locate?.({ latitude: 1, longitude: 2, name: hostile })
      await chat.say(`the end of ${chat.kind}`)
      await stage.person.hear(`the end of ${chat.kind}`, chat.roomId)
    }

    async function toNetwork(chat: LoopbackChat): Promise<void> {
      const { person } = stage
      const said = await person.say(chat.roomId, hostile)
      const relates = { rel_type: 'm.annotation', event_id: said, key: hostile }
      await person.send(chat.roomId, { 'm.relates_to': relates }, 'm.reaction').catch(() => undefined)
      const url = await person.upload(Buffer.from('bytes'), 'application/pdf')
      await person.send(chat.roomId, {
        msgtype: 'm.file',
        body: `${hostile}.pdf`,
        url,
        info: { mimetype: 'application/pdf' },
      })
      const html = `<b>${hostile}</b>`
      await person.send(chat.roomId, {
        msgtype: 'm.text',
        body: hostile,
        format: 'org.matrix.custom.html',
        formatted_body: html,
      })
      const last = `the last to the ${chat.kind}`
      await person.say(chat.roomId, last)
      await chat.seeing(({ text }) => text === last, last)
    }

    /** A reaction that a network has no form for is told, and settled; nothing is kept for want of a form that fits. */
    async function assertNothingGivenUp(name: string): Promise<void> {
      await stage.settled()
      const bridge = stage.pons.bridges.find(({ network }) => network === name)
      assert.ok(bridge !== undefined)
      // What waits is no finding: a network may say one more thing (a receipt) once all was settled.
      const { parked, uncertain, stalled } = await bridge.backlog()
      assert.deepEqual({ parked, uncertain, stalled }, { parked: 0, uncertain: 0, stalled: 0 })
    }
  })
}
