import assert from 'node:assert/strict'
import { testHomeserver, testRegistration } from '../support.ts'

describe('an application service of this process that is not there yet', () => {
  it('hears, once it is there, what was for it before, and has its names from the first request on', async () => {
    const registration = testRegistration('irc', { url: null })
    await using server = await testHomeserver(
      {},
      { beforeListening: async (known) => void (await known.expect(registration)) },
    )
    const { homeserver } = server
    const alice = await server.register('alice')
    const bot = `@${registration.sender_localpart}:${homeserver.services.serverName}`
    const roomId = await alice.createRoom({ invite: [bot] })
    const wish = { username: 'irc_somebody', password: 'a password', auth: { type: 'm.login.dummy' } }
    assert.equal((await server.anonymous.request('POST', 'register', wish)).body['errcode'], 'M_EXCLUSIVE')
    const heard = await new Promise<unknown>((resolve) => {
      void homeserver.appservices.register(registration, async ({ body }) => {
        const { events = [] } = body as { events?: { type: string; room_id: string; state_key?: string }[] }
        const invitation = events.find((event) => event.type === 'm.room.member' && event.state_key === bot)
        if (invitation !== undefined) resolve(invitation.room_id)
        return { status: 200, headers: {}, body: {} }
      })
    })
    assert.equal(heard, roomId)
  })
})
