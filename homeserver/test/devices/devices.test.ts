import assert from 'node:assert/strict'
import type { JsonObject, UserId } from '@pons/matrix'
import { Client, engines, testHomeserver, testRegistration, type TestHomeserver } from '../support.ts'

const password = 'correct horse battery'

for (const engine of engines) {
  describe(`devices, ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client

    beforeEach(async () => {
      server = await testHomeserver({ password_hashing: 'cheap' }, { registrations: [testRegistration()] }, engine)
      await server.homeserver.services.accounts.create({ userId: '@alice:example.org' as UserId, password })
      alice = await logIn('PHONE')
    })
    afterEach(() => server[Symbol.asyncDispose]())

    async function logIn(deviceId: string): Promise<Client> {
      const body = { type: 'm.login.password', user: 'alice', password, device_id: deviceId }
      const session = await server.anonymous.post('login', { ...body, initial_device_display_name: `a ${deviceId}` })
      return new Client(server.homeserver, session['access_token'] as string, '@alice:example.org' as UserId, deviceId)
    }
    const ids = async (): Promise<string[]> =>
      ((await alice.get('devices'))['devices'] as JsonObject[]).map((device) => device['device_id'] as string)
    const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: 'alice' }, password }

    it('are listed, and renamed', async () => {
      await logIn('LAPTOP')
      assert.deepEqual((await ids()).sort(), ['LAPTOP', 'PHONE'])
      assert.equal((await alice.get('devices/PHONE'))['display_name'], 'a PHONE')
      await alice.put('devices/PHONE', { display_name: 'My phone' })
      assert.equal((await alice.get('devices/PHONE'))['display_name'], 'My phone')
      assert.equal(await alice.refusal('GET', 'devices/NONE'), '404 M_NOT_FOUND')
      assert.equal(await alice.refusal('PUT', 'devices/NONE', {}), '404 M_NOT_FOUND')
    })

    it('are deleted with their tokens after the password was given', async () => {
      const laptop = await logIn('LAPTOP')
      await logIn('TABLET')
      assert.equal((await alice.request('DELETE', 'devices/LAPTOP', {})).status, 401)
      await alice.ok('DELETE', 'devices/LAPTOP', { auth })
      assert.equal(await laptop.refusal('GET', 'account/whoami'), '401 M_UNKNOWN_TOKEN')
      assert.equal((await alice.request('POST', 'delete_devices', { devices: ['TABLET'] })).status, 401)
      await alice.post('delete_devices', { devices: ['TABLET', 'NEVER'], auth })
      assert.deepEqual(await ids(), ['PHONE'])
    })

    it('of ghosts are made and deleted by their application service alone', async () => {
      const irc = server.as(testRegistration())
      await irc.post('register', { type: 'm.login.application_service', username: 'irc_x', inhibit_login: true })
      const as = '?user_id=@irc_x:example.org'
      const made = await irc.request('PUT', `devices/BRIDGE${as}`, { display_name: 'Bridge' })
      assert.equal(made.status, 201)
      assert.equal((await irc.request('PUT', `devices/BRIDGE${as}`, {})).status, 200)
      const who = await irc.get(`account/whoami${as}&device_id=BRIDGE`)
      assert.deepEqual([who['user_id'], who['device_id']], ['@irc_x:example.org', 'BRIDGE'])
      assert.equal(await irc.refusal('GET', `account/whoami${as}&device_id=OTHER`), '400 M_UNKNOWN_DEVICE')
      await irc.ok('DELETE', `devices/BRIDGE${as}`, {})
      assert.equal(await irc.refusal('GET', `devices/BRIDGE${as}`), '404 M_NOT_FOUND')
    })
  })
}
