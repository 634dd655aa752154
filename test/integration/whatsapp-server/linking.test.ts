import assert from 'node:assert/strict'
import type { WAMessageKey } from '@whiskeysockets/baileys'
import { startWhatsAppServer, type Person, type WhatsAppServer } from '../../src/whatsapp/index.ts'
import { newKeyPair } from '../../src/whatsapp/signal/keys.ts'
import { LinkedClient } from './linked-client.ts'

describe('linking a device with the WhatsApp server', () => {
  let server: WhatsAppServer
  let owner: Person
  let friend: Person

  beforeEach(async () => {
    server = await startWhatsAppServer()
    owner = server.addPerson({ name: 'Owner', phone: '15550000001' })
    friend = server.addPerson({ name: 'Friend', phone: '15550000002' })
  })
  afterEach(async () => {
    assert.deepEqual(server.violations, [])
    await server[Symbol.asyncDispose]()
  })

  it('works by QR code, and ends with a restart', async () => {
    await using first = new LinkedClient(server)
    await server.scan(owner, await first.qrCode())
    assert.equal(await first.closed(), 515)
    await using client = await first.again()
    assert.deepEqual(
      [client.socket.user?.id, client.socket.user?.lid],
      ['15550000001:1@s.whatsapp.net', '9015550000001:1@lid'],
    )
    // The phone has begun a session with one of the 812.
    assert.equal(owner.companions.get(1)?.preKeys.size, 811)
  })

  it('works by code', async () => {
    await using first = new LinkedClient(server)
    await first.qrCode()
    const code = await first.socket.requestPairingCode(owner.phone)
    await server.enterCode(owner, code)
    await using client = await first.again()
    await server.world.say(friend, owner, 'linked')
    await client.text('linked')
  })

  it('refuses another code than the one that is shown', async () => {
    await using client = new LinkedClient(server)
    await client.qrCode()
    await client.socket.requestPairingCode(owner.phone)
    await assert.rejects(server.enterCode(owner, 'AAAAAAAA'))
  })

  it('gives a new device the chats of the phone, and only once', async () => {
    await server.world.say(friend, owner, 'long ago')
    await server.world.say(owner, friend, 'long ago, too')
    await using client = await LinkedClient.linkedTo(server, owner)
    const history = await client.event('messaging-history.set', ({ messages }) => messages.length > 0, 'the history')
    assert.deepEqual(
      history.messages.map(({ message, key }) => [message?.conversation, key.fromMe]),
      [
        ['long ago, too', true],
        ['long ago', false],
      ],
    )
    assert.deepEqual(
      history.chats.map(({ id }) => id),
      [friend.lid],
    )
    await server.until(() => (server.isDelivered(owner) ? true : undefined), 'all confirmed')
    await using again = await client.again()
    await server.world.say(friend, owner, 'now')
    await again.text('now')
    assert.ok(!again.events.some((events) => events['messaging-history.set']))
  })

  it('asks for no keys again at the next login', async () => {
    await using client = await LinkedClient.linkedTo(server, owner)
    const keys = new Set(owner.companions.get(1)?.preKeys.keys())
    await using again = await client.again()
    assert.equal(again.socket.user?.id, '15550000001:1@s.whatsapp.net')
    assert.deepEqual(new Set(owner.companions.get(1)?.preKeys.keys()), keys)
  })

  it('lets the phone log the device out', async () => {
    await using client = await LinkedClient.linkedTo(server, owner)
    server.logOut(owner)
    assert.equal(await client.closed(), 401)
    await using again = new LinkedClient(server, { auth: client.save() })
    assert.equal(await again.closed(), 401)
  })

  it('lets the device log itself out', async () => {
    await using client = await LinkedClient.linkedTo(server, owner)
    await client.socket.logout()
    await client.closed()
    await server.until(() => (owner.companions.size === 0 ? true : undefined), 'the device removed')
  })

  it('gives a number once: a device that is linked anew is another one, and can be talked to', async () => {
    await using client = await LinkedClient.linkedTo(server, owner)
    await server.world.say(friend, owner, 'to the first')
    await client.text('to the first')
    await client.socket.logout()
    await server.until(() => (owner.companions.size === 0 ? true : undefined), 'the device removed')
    await using next = await LinkedClient.linkedTo(server, owner)
    assert.equal(next.socket.user?.id, '15550000001:2@s.whatsapp.net')
    await server.world.say(friend, owner, 'to the second')
    await next.text('to the second')
    const { key } = await next.send(friend.lid, { text: 'from the second' })
    await server.until(() => friend.seen(owner).find(({ id }) => id === key.id), 'what it says')
    assert.equal(server.undecryptable, 0)
  })

  it('relays what one device has read to the others, and to those of who wrote it', async () => {
    await using reading = await LinkedClient.linkedTo(server, owner)
    await using other = await LinkedClient.linkedTo(server, owner)
    await using author = await LinkedClient.linkedTo(server, friend)
    const sent = await author.send(owner.lid, { text: 'read me' })
    const { key } = await reading.text('read me')
    await other.text('read me')
    await reading.socket.readMessages([key])
    const isRead = (fromMe: boolean) => (updates: readonly { key: WAMessageKey; update: { status?: unknown } }[]) =>
      updates.some((one) => one.key.id === sent.key.id && one.key.fromMe === fromMe && one.update.status === 4)
    await author.event('messages.update', isRead(true), 'that it was read')
    await other.event('messages.update', isRead(false), 'what was read')
  })

  for (const code of [403, 405, 503]) {
    it(`refuses a login with ${code}`, async () => {
      await using client = await LinkedClient.linkedTo(server, owner)
      const auth = client.save()
      await client[Symbol.asyncDispose]()
      server.faults.refuseLogins = String(code)
      await using refused = new LinkedClient(server, { auth })
      assert.equal(await refused.closed(), code)
    })
  }

  for (const code of [440, 503]) {
    it(`ends a connection with ${code}`, async () => {
      await using client = await LinkedClient.linkedTo(server, owner)
      server.streamError(owner, code)
      assert.equal(await client.closed(), code)
    })
  }

  it('lets the later of two connections go on', async () => {
    await using client = await LinkedClient.linkedTo(server, owner)
    await using other = new LinkedClient(server, { auth: client.save() })
    await other.ready()
    assert.equal(await client.closed(), 440)
  })

  it('forgets codes that have expired', async () => {
    await using client = new LinkedClient(server)
    const code = await client.qrCode()
    server.expireCodes()
    await assert.rejects(server.scan(owner, code), /no longer good/)
    assert.equal(await client.closed(), 428)
  })

  it('has a certificate chain that a careful client accepts; today’s accepts any', async () => {
    await using strange = await startWhatsAppServer({ root: newKeyPair() })
    await using client = new LinkedClient(strange)
    // The day this fails the client checks signatures, and the bridge’s own guard may go.
    assert.match(await client.qrCode(), /2@/)
  })
})
