import assert from 'node:assert/strict'
import { plainText } from '@pons/core'
import { IrcPerson } from '../../../test/src/irc/irc-person.ts'
import { findNgircd, startNgircd, type Ngircd } from '../../../test/src/irc/ngircd.ts'
import { Adapter } from './support.ts'

const program = findNgircd()

/** A second implementation of the other side, as it comes: no tags, no echo, no history, nicks of nine letters. */
describe('ngIRCd with its own settings', function () {
  let server: Ngircd

  before(async function () {
    if (program === undefined) return this.skip()
    server = await startNgircd(program)
  })
  after(async () => await server?.[Symbol.asyncDispose]())

  it('lets a relay in whose nick is too long for it, and what is said crosses both ways, after a restart too', async () => {
    const { host, port } = server
    await using ann = await IrcPerson.connect({ host, port, nick: 'ann' })
    await ann.join('#chan')
    for (const round of ['first', 'second']) {
      await using adapter = await Adapter.start({ port, config: { relay_nick: 'AVeryLongRelayNick' } })
      await adapter.joined()
      ann.say('#chan', `from ann, ${round}`)
      const said = await adapter.host.waitFor(({ kind }) => kind === 'message')
      assert.ok(said.kind === 'message')
      assert.equal(plainText(said.document), `from ann, ${round}`)
      await adapter.say(adapter.relay, `from Matrix, ${round}`)
      const heard = await ann.hear(new RegExp(`from Matrix, ${round}$`))
      assert.equal(heard.from, 'AVeryLong')
    }
  })
})
