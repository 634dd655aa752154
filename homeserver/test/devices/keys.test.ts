import assert from 'node:assert/strict'
import { encodeBase64, signJson, type JsonObject, type ServerName, type UserId } from '@pons/matrix'
import { createNodeCrypto, generateSeed, type NodeCrypto } from '../../src/crypto/node-crypto.ts'
import { Client, engines, testHomeserver, testRegistration, type TestHomeserver } from '../support.ts'

const password = 'correct horse battery'

interface Signer {
  readonly crypto: NodeCrypto
  readonly keyId: string
}

function signed(object: JsonObject, userId: UserId, { crypto, keyId }: Signer): JsonObject {
  return signJson(object, { crypto, keyId, origin: userId as string as ServerName }) as unknown as JsonObject
}

function newSigner(name?: string): Signer & { publicText: string } {
  const crypto = createNodeCrypto(generateSeed())
  const publicText = encodeBase64(crypto.publicKey)
  return { crypto, publicText, keyId: `ed25519:${name ?? publicText}` }
}

function deviceKeysOf({ userId, deviceId }: Client, signer: ReturnType<typeof newSigner>): JsonObject {
  const keys = { [signer.keyId]: signer.publicText, [`curve25519:${deviceId}`]: 'x'.repeat(43) }
  return signed({ user_id: userId, device_id: deviceId!, algorithms: ['m.olm'], keys }, userId, signer)
}

function crossSigningKeyOf(userId: UserId, usage: string, signer: ReturnType<typeof newSigner>): JsonObject {
  return { user_id: userId, usage: [usage], keys: { [signer.keyId]: signer.publicText } }
}

for (const engine of engines) {
  describe(`keys, ${engine}`, () => {
    let server: TestHomeserver
    let alice: Client
    let bob: Client

    beforeEach(async () => {
      server = await testHomeserver({ password_hashing: 'cheap' }, {}, engine)
      alice = await server.register('alice')
      bob = await server.register('bob')
    })
    afterEach(() => server[Symbol.asyncDispose]())

    const next = (sync: JsonObject): string => `sync?since=${String(sync['next_batch'])}`
    const lists = (sync: JsonObject): unknown => sync['device_lists']

    async function withPassword(name: string): Promise<Client> {
      const userId = `@${name}:example.org` as UserId
      await server.homeserver.services.accounts.create({ userId, password })
      const session = await server.anonymous.post('login', { type: 'm.login.password', user: name, password })
      const { access_token: token, device_id: deviceId } = session as { access_token: string; device_id: string }
      return new Client(server.homeserver, token, userId, deviceId)
    }

    describe('of devices', () => {
      it('are published, and found with the name of the device', async () => {
        const signer = newSigner(alice.deviceId)
        const keys = deviceKeysOf(alice, signer)
        await alice.post('keys/upload', { device_keys: keys })
        await alice.put(`devices/${alice.deviceId}`, { display_name: 'Phone' })
        const found = await bob.post('keys/query', { device_keys: { [alice.userId]: [], '@x:elsewhere.org': [] } })
        assert.deepEqual(found['device_keys'], {
          [alice.userId]: { [alice.deviceId!]: { ...keys, unsigned: { device_display_name: 'Phone' } } },
        })
        assert.deepEqual(Object.keys(found['failures'] as JsonObject), ['elsewhere.org'])
        const other = await bob.post('keys/query', { device_keys: { [alice.userId]: ['OTHER'] } })
        assert.deepEqual(other['device_keys'], { [alice.userId]: {} })
      })

      it('are refused when of another device, or wrongly signed', async () => {
        const signer = newSigner(alice.deviceId)
        const keys = deviceKeysOf(alice, signer)
        const upload = (change: JsonObject): Promise<string> =>
          alice.refusal('POST', 'keys/upload', { device_keys: { ...keys, ...change } })
        assert.equal(await upload({ user_id: bob.userId }), '400 M_INVALID_PARAM')
        assert.equal(await upload({ device_id: 'OTHER' }), '400 M_INVALID_PARAM')
        assert.equal(await upload({ algorithms: ['m.other'] }), '400 M_INVALID_SIGNATURE')
        assert.equal(await upload({ keys: { a: 3 } }), '400 M_BAD_JSON')
      })

      it('that say they are signed are signed by the device, for one time and to fall back on', async () => {
        const [signer, stranger] = [newSigner(alice.deviceId), newSigner(alice.deviceId)]
        await alice.post('keys/upload', { device_keys: deviceKeysOf(alice, signer) })
        const key = { key: 'x'.repeat(43) }
        const upload = (kind: string, content: JsonObject | string): Promise<string> =>
          alice.refusal('POST', 'keys/upload', { [kind]: { 'signed_curve25519:AAAA': content } })
        for (const kind of ['one_time_keys', 'fallback_keys']) {
          assert.equal(await upload(kind, key), '400 M_INVALID_SIGNATURE')
          assert.equal(await upload(kind, 'text'), '400 M_INVALID_SIGNATURE')
          assert.equal(await upload(kind, signed(key, alice.userId, stranger)), '400 M_INVALID_SIGNATURE')
          assert.equal(await upload(kind, signed(key, bob.userId, signer)), '400 M_INVALID_SIGNATURE')
          assert.equal(await upload(kind, signed(key, alice.userId, signer)), '200')
        }
      })

      it('go with the device', async () => {
        await alice.post('keys/upload', { device_keys: deviceKeysOf(alice, newSigner(alice.deviceId)) })
        await alice.post('logout')
        const found = await bob.post('keys/query', { device_keys: { [alice.userId]: [] } })
        assert.deepEqual(found['device_keys'], { [alice.userId]: {} })
      })
    })

    describe('for one time', () => {
      const claim = async (): Promise<unknown> => {
        const wanted = { [alice.userId]: { [alice.deviceId!]: 'signed_curve25519' } }
        return ((await bob.post('keys/claim', { one_time_keys: wanted }))['one_time_keys'] as JsonObject)[alice.userId]
      }

      it('are claimed once, then the fallback key for ever', async () => {
        const uploaded = await alice.post('keys/upload', {
          one_time_keys: { 'signed_curve25519:A': { key: 'a' }, 'signed_curve25519:B': { key: 'b' } },
          fallback_keys: { 'signed_curve25519:F': { key: 'f', fallback: true } },
        })
        assert.deepEqual(uploaded, { one_time_key_counts: { signed_curve25519: 2 } })
        const sync = await alice.get('sync')
        assert.deepEqual(sync['device_one_time_keys_count'], { signed_curve25519: 2 })
        assert.deepEqual(sync['device_unused_fallback_key_types'], ['signed_curve25519'])
        const claimed = [await claim(), await claim(), await claim(), await claim()]
        const device = alice.deviceId!
        assert.deepEqual(claimed, [
          { [device]: { 'signed_curve25519:A': { key: 'a' } } },
          { [device]: { 'signed_curve25519:B': { key: 'b' } } },
          { [device]: { 'signed_curve25519:F': { key: 'f', fallback: true } } },
          { [device]: { 'signed_curve25519:F': { key: 'f', fallback: true } } },
        ])
        const after = await alice.get('sync')
        assert.deepEqual(after['device_one_time_keys_count'], { signed_curve25519: 0 })
        assert.deepEqual(after['device_unused_fallback_key_types'], [])
      })

      it('may be uploaded again, but not changed', async () => {
        await alice.post('keys/upload', { one_time_keys: { 'signed_curve25519:A': { key: 'a' } } })
        await alice.post('keys/upload', { one_time_keys: { 'signed_curve25519:A': { key: 'a' } } })
        const other = { one_time_keys: { 'signed_curve25519:A': { key: 'b' } } }
        assert.equal(await alice.refusal('POST', 'keys/upload', other), '400 M_INVALID_PARAM')
        assert.equal(await alice.refusal('POST', 'keys/upload', { one_time_keys: { A: {} } }), '400 M_INVALID_PARAM')
        const many = Object.fromEntries(
          Array.from({ length: 501 }, (_, i) => [`signed_curve25519:K${i}`, { key: 'k' }]),
        )
        assert.equal(
          await alice.refusal('POST', 'keys/upload', { one_time_keys: many }),
          '403 M_RESOURCE_LIMIT_EXCEEDED',
        )
      })

      it('are never given twice to those who ask at once', async () => {
        const keys = Object.fromEntries(
          Array.from({ length: 20 }, (_, i) => [`signed_curve25519:K${i}`, { key: `${i}` }]),
        )
        await alice.post('keys/upload', { one_time_keys: keys })
        const claimed = await Promise.all(Array.from({ length: 20 }, claim))
        assert.equal(new Set(claimed.map((key) => JSON.stringify(key))).size, 20)
      })
    })

    describe('for cross-signing', () => {
      let owner: Client
      const [master, selfSigning, userSigning] = [newSigner(), newSigner(), newSigner()]
      const uploadOf = (userId: UserId): JsonObject => ({
        master_key: crossSigningKeyOf(userId, 'master', master),
        self_signing_key: signed(crossSigningKeyOf(userId, 'self_signing', selfSigning), userId, master),
        user_signing_key: signed(crossSigningKeyOf(userId, 'user_signing', userSigning), userId, master),
      })

      beforeEach(async () => {
        owner = await withPassword('carol')
      })

      it('are published without the password first, and replaced with it', async () => {
        await owner.post('keys/device_signing/upload', uploadOf(owner.userId))
        await owner.post('keys/device_signing/upload', uploadOf(owner.userId))
        const fresh = { master_key: crossSigningKeyOf(owner.userId, 'master', newSigner()) }
        assert.equal((await owner.request('POST', 'keys/device_signing/upload', fresh)).status, 401)
        const auth = { type: 'm.login.password', user: 'carol', password }
        await owner.post('keys/device_signing/upload', { ...fresh, auth })
        const found = await bob.post('keys/query', { device_keys: { [owner.userId]: [] } })
        assert.deepEqual(found['master_keys'], { [owner.userId]: fresh.master_key })
      })

      it('are shown to others without the user-signing key', async () => {
        await owner.post('keys/device_signing/upload', uploadOf(owner.userId))
        const query = { device_keys: { [owner.userId]: [] } }
        assert.deepEqual((await owner.post('keys/query', query))['user_signing_keys'], {
          [owner.userId]: uploadOf(owner.userId)['user_signing_key'],
        })
        const others = await bob.post('keys/query', query)
        assert.deepEqual(Object.keys(others).sort(), ['device_keys', 'failures', 'master_keys', 'self_signing_keys'])
      })

      const refused: { name: string; change: (userId: UserId) => JsonObject; expected: string }[] = [
        {
          name: 'not signed by the master key',
          change: (userId) => ({ self_signing_key: crossSigningKeyOf(userId, 'self_signing', selfSigning) }),
          expected: '400 M_INVALID_SIGNATURE',
        },
        {
          name: 'of somebody else',
          change: () => ({ master_key: crossSigningKeyOf('@bob:example.org' as UserId, 'master', master) }),
          expected: '400 M_INVALID_PARAM',
        },
        {
          name: 'for another use',
          change: (userId) => ({ master_key: crossSigningKeyOf(userId, 'self_signing', master) }),
          expected: '400 M_INVALID_PARAM',
        },
        {
          name: 'under another name',
          change: (userId) => ({
            master_key: { user_id: userId, usage: ['master'], keys: { 'ed25519:x': master.publicText } },
          }),
          expected: '400 M_INVALID_PARAM',
        },
      ]
      for (const { name, change, expected } of refused) {
        it(`are refused when ${name}`, async () => {
          const body = { ...uploadOf(owner.userId), ...change(owner.userId) }
          assert.equal(await owner.refusal('POST', 'keys/device_signing/upload', body), expected)
        })
      }

      it('vouch for devices and users', async () => {
        await owner.post('keys/device_signing/upload', uploadOf(owner.userId))
        const device = newSigner(owner.deviceId)
        const deviceKeys = deviceKeysOf(owner, device)
        await owner.post('keys/upload', { device_keys: deviceKeys })
        const signedDevice = signed({ ...deviceKeys, signatures: {} }, owner.userId, selfSigning)
        const bobMaster = newSigner()
        await bob.post('keys/device_signing/upload', { master_key: crossSigningKeyOf(bob.userId, 'master', bobMaster) })
        const signedBob = signed(crossSigningKeyOf(bob.userId, 'master', bobMaster), owner.userId, userSigning)
        const { failures } = await owner.post('keys/signatures/upload', {
          [owner.userId]: { [owner.deviceId!]: signedDevice },
          [bob.userId]: { [bobMaster.publicText]: signedBob, unknown: signedBob },
          [alice.userId]: { [alice.deviceId!]: { a: 1 } },
        })
        const codes = failures as Record<string, Record<string, { errcode: string }>>
        assert.deepEqual(Object.keys(codes).sort(), [alice.userId, bob.userId])
        assert.equal(codes[bob.userId]!['unknown']!.errcode, 'M_NOT_FOUND')
        const query = { device_keys: { [owner.userId]: [], [bob.userId]: [] } }
        type Signatures = { signatures: Record<string, Record<string, string>> }
        const asOwner = await owner.post('keys/query', query)
        const devices = asOwner['device_keys'] as unknown as Record<string, Record<string, Signatures>>
        const onDevice = devices[owner.userId]![owner.deviceId!]!.signatures[owner.userId]!
        assert.deepEqual(Object.keys(onDevice).sort(), [device.keyId, selfSigning.keyId].sort())
        const onBob = (asOwner['master_keys'] as unknown as Record<string, Signatures>)[bob.userId]!
        assert.deepEqual(Object.keys(onBob.signatures[owner.userId]!), [userSigning.keyId])
        // Whom carol trusts is nobody else's business.
        const asAlice = await alice.post('keys/query', query)
        assert.equal(
          (asAlice['master_keys'] as unknown as Record<string, Signatures>)[bob.userId]!.signatures,
          undefined,
        )
      })

      it('do not vouch with wrong signatures', async () => {
        await owner.post('keys/device_signing/upload', uploadOf(owner.userId))
        const deviceKeys = deviceKeysOf(owner, newSigner(owner.deviceId))
        await owner.post('keys/upload', { device_keys: deviceKeys })
        const forged = signed({ ...deviceKeys, signatures: {} }, owner.userId, {
          ...newSigner(),
          keyId: selfSigning.keyId,
        })
        const { failures } = await owner.post('keys/signatures/upload', {
          [owner.userId]: { [owner.deviceId!]: forged },
        })
        const failure = (failures as Record<string, Record<string, { errcode: string }>>)[owner.userId]![
          owner.deviceId!
        ]
        assert.equal(failure!.errcode, 'M_INVALID_SIGNATURE')
      })
    })

    describe('that change', () => {
      let roomId: string
      const publish = (who: Client): Promise<JsonObject> =>
        who.post('keys/upload', { device_keys: deviceKeysOf(who, newSigner(who.deviceId)) })

      beforeEach(async () => {
        const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }
        roomId = await alice.createRoom({ preset: 'public_chat', initial_state: [encryption] })
        await bob.join(roomId)
      })

      it('wake who shares a room, and nobody else', async () => {
        const carol = await server.register('carol')
        const [before, carols] = [await bob.get('sync'), await carol.get('sync')]
        const waiting = bob.get(`${next(before)}&timeout=10000`)
        await publish(alice)
        const after = await waiting
        assert.deepEqual(lists(after), { changed: [alice.userId], left: [] })
        assert.equal(lists(await bob.get(next(after))), undefined)
        assert.equal(lists(await carol.get(next(carols))), undefined)
        const [from, to] = [before['next_batch'], after['next_batch']]
        assert.deepEqual(await bob.get(`keys/changes?from=${String(from)}&to=${String(to)}`), {
          changed: [alice.userId],
          left: [],
        })
      })

      it('are told of with joins and leaves', async () => {
        const carol = await server.register('carol')
        const [bobs, carols] = [await bob.get('sync'), await carol.get('sync')]
        await carol.join(roomId)
        const [bobJoined, carolJoined] = [await bob.get(next(bobs)), await carol.get(next(carols))]
        assert.deepEqual(lists(bobJoined), { changed: [carol.userId], left: [] })
        const { changed } = lists(carolJoined) as { changed: string[] }
        assert.deepEqual(changed.sort(), [alice.userId, bob.userId, carol.userId])
        await carol.post(carol.room(roomId, 'leave'))
        assert.deepEqual(lists(await bob.get(next(bobJoined))), { changed: [], left: [carol.userId] })
        const { left } = lists(await carol.get(next(carolJoined))) as { left: string[] }
        assert.deepEqual(left.sort(), [alice.userId, bob.userId])
      })

      it('are told of when a device is renamed, or goes without ever having had keys', async () => {
        const login = async (): Promise<string> =>
          (await server.homeserver.services.sessions.logIn({ userId: alice.userId })).deviceId
        const [renamed, keyless] = [await login(), await login()]
        let since = await bob.get('sync')
        const hears = async (change: () => Promise<unknown>): Promise<unknown> => {
          await change()
          const told = await bob.get(next(since))
          since = told
          return lists(told)
        }
        const news = { changed: [alice.userId], left: [] }
        assert.deepEqual(await hears(() => alice.put(`devices/${renamed}`, { display_name: 'Phone' })), news)
        const { sessions } = server.homeserver.services
        assert.deepEqual(await hears(() => sessions.delete(alice.userId, [keyless as never])), news)
        assert.equal(await hears(() => sessions.delete(alice.userId, [keyless as never])), undefined)
      })

      it('tell nobody of what nobody else can see: a user-signing key, and whom it vouches for', async () => {
        const owner = await withPassword('erin')
        await owner.join(roomId)
        const [own, signing] = [newSigner(), newSigner()]
        await owner.post('keys/device_signing/upload', { master_key: crossSigningKeyOf(owner.userId, 'master', own) })
        const bobMaster = newSigner()
        await bob.post('keys/device_signing/upload', { master_key: crossSigningKeyOf(bob.userId, 'master', bobMaster) })
        const [bobs, owners] = [await bob.get('sync'), await owner.get('sync')]
        const key = signed(crossSigningKeyOf(owner.userId, 'user_signing', signing), owner.userId, own)
        const auth = { type: 'm.login.password', user: 'erin', password }
        await owner.post('keys/device_signing/upload', { user_signing_key: key, auth })
        const after = await owner.get(next(owners))
        assert.deepEqual(lists(after), { changed: [owner.userId], left: [] })
        const vouched = signed(crossSigningKeyOf(bob.userId, 'master', bobMaster), owner.userId, signing)
        await owner.post('keys/signatures/upload', { [bob.userId]: { [bobMaster.publicText]: vouched } })
        assert.deepEqual(lists(await owner.get(next(after))), { changed: [bob.userId], left: [] })
        assert.equal(lists(await bob.get(next(bobs))), undefined)
      })

      it('are told of when a room becomes encrypted', async () => {
        const plain = await alice.createRoom({ preset: 'public_chat' })
        const carol = await server.register('carol')
        const before = await carol.get('sync')
        await carol.join(plain)
        const joined = await carol.get(next(before))
        assert.equal(lists(joined), undefined)
        await alice.setState(plain, 'm.room.encryption', { algorithm: 'm.megolm.v1.aes-sha2' })
        const { changed } = lists(await carol.get(next(joined))) as { changed: string[] }
        assert.deepEqual(changed.sort(), [alice.userId, carol.userId])
      })
    })

    describe('sent to devices', () => {
      const toDevice = (sync: JsonObject): unknown[] =>
        (sync['to_device'] as { events: unknown[] } | undefined)?.events ?? []

      it('arrive once, in order, and wake', async () => {
        const before = await bob.get('sync')
        const waiting = bob.get(`${next(before)}&timeout=10000`)
        const send = (txnId: string, n: number): Promise<JsonObject> =>
          alice.put(`sendToDevice/m.test/${txnId}`, { messages: { [bob.userId]: { [bob.deviceId!]: { n } } } })
        await send('1', 1)
        const first = await waiting
        await send('1', 1)
        await send('2', 2)
        await send('3', 3)
        const event = (n: number): JsonObject => ({ type: 'm.test', sender: alice.userId, content: { n } })
        assert.deepEqual(toDevice(first), [event(1)])
        // Until a later token is used, the same is given again.
        assert.deepEqual(toDevice(await bob.get(next(before))), [event(1), event(2), event(3)])
        const second = await bob.get(next(first))
        assert.deepEqual(toDevice(second), [event(2), event(3)])
        assert.deepEqual(toDevice(await bob.get(next(second))), [])
      })

      it('reach all devices of a user by a star', async () => {
        const { accessToken, deviceId } = await server.homeserver.services.sessions.logIn({ userId: bob.userId })
        const other = new Client(server.homeserver, accessToken, bob.userId, deviceId)
        await alice.put('sendToDevice/m.test/1', { messages: { [bob.userId]: { '*': { a: 1 } } } })
        assert.equal(toDevice(await bob.get('sync')).length, 1)
        assert.equal(toDevice(await other.get('sync')).length, 1)
        assert.equal(toDevice(await alice.get('sync')).length, 0)
      })

      it('have a limit', async () => {
        const messages = { [bob.userId]: { '*': { a: 'x'.repeat(70_000) } } }
        assert.equal(await alice.refusal('PUT', 'sendToDevice/m.test/1', { messages }), '413 M_TOO_LARGE')
      })

      it('go to the application service of a ghost, with its lists and counts', async () => {
        const registration = testRegistration('irc', { 'org.matrix.msc3202': true })
        const bodies: JsonObject[] = []
        let arrived = (): void => {}
        await server.homeserver.appservices.register(registration, async ({ body }) => {
          bodies.push(body as JsonObject)
          arrived()
          return { status: 200, body: {} }
        })
        const irc = server.as(registration)
        await irc.post('register', { type: 'm.login.application_service', username: 'irc_x', inhibit_login: true })
        const as = '?user_id=@irc_x:example.org'
        await irc.request('PUT', `devices/BRIDGE${as}`, {})
        await irc.post(`keys/upload${as}&device_id=BRIDGE`, { one_time_keys: { 'signed_curve25519:A': { key: 'a' } } })
        const holding = async (a: number): Promise<JsonObject> => {
          const found = bodies.find(({ to_device: list }) => JSON.stringify(list)?.includes(`{"a":${a}}`))
          if (found) return found
          await new Promise<void>((resolve) => (arrived = resolve))
          return holding(a)
        }
        await alice.put('sendToDevice/m.test/1', { messages: { '@irc_x:example.org': { '*': { a: 1 } } } })
        const first = await holding(1)
        const message = { type: 'm.test', sender: alice.userId, content: { a: 1 } }
        assert.deepEqual(first['to_device'], [{ ...message, to_user_id: '@irc_x:example.org', to_device_id: 'BRIDGE' }])
        const counts = { '@irc_x:example.org': { BRIDGE: { signed_curve25519: 1 } } }
        assert.deepEqual(first['device_one_time_keys_count'], counts)
        await alice.put('sendToDevice/m.test/2', { messages: { '@irc_x:example.org': { '*': { a: 2 } } } })
        assert.deepEqual((await holding(2))['device_one_time_keys_count'], counts)
      })
    })
  })
}
