import assert from 'node:assert/strict'
import { startInspircd, type InspircdOptions } from '../../../test/src/irc/inspircd.ts'
import { setScene } from './scene.ts'
import { Adapter, alice } from './support.ts'

const variants: readonly { name: string; options: InspircdOptions; hasId: boolean }[] = [
  { name: 'with labels', options: {}, hasId: true },
  { name: 'with echoes but no labels', options: { hasLabels: false }, hasId: true },
  { name: 'with neither echoes nor labels', options: { hasEcho: false, hasLabels: false }, hasId: false },
  { name: 'without message ids', options: { hasMessageIds: false }, hasId: false },
  { name: 'with real flood control', options: { isThrottled: true }, hasId: true },
]

for (const { name, options, hasId } of variants) {
  describe(`transmission ${name}`, () => {
    it('is confirmed line by line, in order, and refused readably', async () => {
      await using scene = await setScene(options)
      const { person, adapter } = scene
      for (const text of ['same', 'same', 'other']) {
        const [result] = await adapter.say(adapter.relay, text)
        assert.equal(result?.isConfirmed, true)
        assert.equal(result?.remoteId !== undefined, hasId)
      }
      await person.settled()
      assert.equal(person.heard('#chan').length, 3)
      person.mode('#chan', '+m')
      await person.settled()
      await assert.rejects(adapter.say(adapter.relay, 'no'), /does not let us speak/)
      person.mode('#chan', '-m')
      await person.settled()
      await adapter.say(adapter.relay, 'yes')
      await person.hear('<Alice> yes')
    }).timeout(30_000)

    it('tells that a nick is not there', async () => {
      await using server = await startInspircd(options)
      await using adapter = await Adapter.start({ port: server.port })
      const client = await adapter.login(alice, 'alice')
      const where = { chat: 'net/nobody' as never, receiver: `net/${alice}` as never }
      await assert.rejects(adapter.say(client, 'hello', { viaRelay: false, chat: where }), /nobody is not on IRC now/)
      await client.disconnect()
    })
  })
}
