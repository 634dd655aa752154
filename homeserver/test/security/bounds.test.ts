import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBase64, signJson, type JsonObject, type ServerName, type UserId } from '@pons/matrix'
import { routes } from '../../src/api/routes.ts'
import { createNodeCrypto, generateSeed, type NodeCrypto } from '../../src/crypto/node-crypto.ts'
import { TxnPruner } from '../../src/rooms/txn-pruner.ts'
import { filled, filledUrl, type Filling } from '../filled-inputs.ts'
import {
  engines,
  quiet,
  testHomeserver,
  testRegistration,
  type Client,
  type Engine,
  type TestHomeserver,
} from '../support.ts'
import { untilRefused } from '../until-refused.ts'

describe('what an account can store is bounded', function () {
  for (const engine of engines) {
    describe(`on ${engine}`, () => suite(engine))
    describe(`what is kept beside them, on ${engine}`, () => rowSuite(engine))
  }
})

function suite(engine: Engine): void {
  const folder = mkdtempSync(join(tmpdir(), 'pons-bounds-'))
  let test: TestHomeserver
  let alice: Client
  before(async () => {
    const media = { folder, max_upload_bytes: 100_000, max_user_bytes: 5000, max_user_files: 6 }
    test = await testHomeserver({ rate_limit: null, media }, {}, engine)
    alice = await test.register('alice')
  })
  after(async () => {
    await test?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  const path = (rest: string): string => `user/${encodeURIComponent(alice.userId)}/${rest}`

  it('filters: equal ones are one, and there is a last', async () => {
    const one = await alice.post(path('filter'), {
      room: { timeline: { limit: 3 }, rooms: [] },
      event_format: 'client',
    })
    const same = await alice.post(path('filter'), {
      event_format: 'client',
      room: { rooms: [], timeline: { limit: 3 } },
    })
    assert.deepEqual(one, same)
    const large = { room: { timeline: { types: ['x'.repeat(33_000)] } } }
    assert.equal(await alice.refusal('POST', path('filter'), large), '413 M_TOO_LARGE')
    const [count, refusal] = await untilRefused(300, (index) =>
      alice.refusal('POST', path('filter'), { room: { timeline: { limit: index + 10 } } }),
    )
    assert.deepEqual([count, refusal], [199, '403 M_RESOURCE_LIMIT_EXCEEDED'])
    assert.deepEqual(await alice.post(path('filter'), { room: { timeline: { limit: 10 } } }), { filter_id: '2' })
  })

  it('types of account data, in a room and in none', async () => {
    const roomId = encodeURIComponent(await alice.createRoom())
    const here = await untilRefused(300, (index) =>
      alice.refusal('PUT', path(`rooms/${roomId}/account_data/t${index}`), {}),
    )
    assert.deepEqual(here, [200, '403 M_RESOURCE_LIMIT_EXCEEDED'])
    assert.equal(await alice.refusal('PUT', path(`rooms/${roomId}/account_data/t7`), { again: true }), '200')
    const everywhere = await untilRefused(1100, (index) => alice.refusal('PUT', path(`account_data/t${index}`), {}))
    assert.deepEqual(everywhere, [1000, '403 M_RESOURCE_LIMIT_EXCEEDED'])
    assert.equal(await alice.refusal('PUT', path('account_data/t7'), { again: true }), '200')
  })

  it('devices', async () => {
    const { sessions } = test.homeserver.services
    const bob = await test.register('bob')
    const logIn = async (index: number): Promise<string> =>
      await sessions.logIn({ userId: bob.userId, deviceId: `D${index}` }).then(
        () => '200',
        (error: { errcode?: string }) => error.errcode ?? '',
      )
    assert.deepEqual(await untilRefused(600, logIn), [499, 'M_RESOURCE_LIMIT_EXCEEDED'])
    assert.equal(await logIn(3), '200', 'a device that is known')
  })

  it('keys of devices: their form, their size, their signatures', async () => {
    const { userId, deviceId = '' } = alice
    const keys = (more: JsonObject): JsonObject => ({
      device_keys: {
        user_id: userId,
        device_id: deviceId,
        algorithms: [],
        keys: { [`ed25519:${deviceId}`]: 'A'.repeat(43) },
        ...more,
      },
    })
    const upload = (body: JsonObject): Promise<string> => alice.refusal('POST', 'keys/upload', body)
    assert.equal(await upload(keys({})), '400 M_INVALID_SIGNATURE')
    assert.equal(await upload(keys({ junk: 'x'.repeat(3_000_000) })), '413 M_TOO_LARGE')
    assert.equal(await upload(keys({ algorithms: [{}] })), '400 M_BAD_JSON')
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`curve25519:${index}`, 'key']))
    assert.equal(await upload({ one_time_keys: many }), '403 M_RESOURCE_LIMIT_EXCEEDED')
    assert.equal(await upload({ one_time_keys: { 'curve25519:A': 'x'.repeat(5000) } }), '413 M_TOO_LARGE')
    const fallbacks = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`algorithm${index}:A`, 'key']))
    assert.equal(await upload({ fallback_keys: fallbacks }), '403 M_RESOURCE_LIMIT_EXCEEDED')
    const master = { user_id: userId, usage: ['master'], keys: { 'ed25519:A': 'A' }, junk: 'x'.repeat(10_000) }
    const { crossSigning } = test.homeserver.services
    await assert.rejects(crossSigning.upload(userId, { master }), { errcode: 'M_TOO_LARGE' })
  })

  it('backups of room keys', async () => {
    const version = { algorithm: 'm.megolm_backup.v1', auth_data: {} }
    const large = { ...version, auth_data: { junk: 'x'.repeat(20_000) } }
    assert.equal(await alice.refusal('POST', 'room_keys/version', large), '413 M_TOO_LARGE')
    const create = (): Promise<string> => alice.refusal('POST', 'room_keys/version', version)
    assert.deepEqual(await untilRefused(30, create), [20, '403 M_RESOURCE_LIMIT_EXCEEDED'])
    for (let version = 1; version <= 19; version++) await alice.ok('DELETE', `room_keys/version/${version}`)
    for (let again = 21; again <= 25; again++) {
      assert.deepEqual(await alice.post('room_keys/version', version), { version: String(again) })
      await alice.ok('DELETE', `room_keys/version/${again}`)
    }
    const { database } = test.homeserver.services
    const kept = await database.all('select version, auth_data from room_key_version where user_id = $1', alice.userId)
    assert.ok(kept.length <= 2, 'of what was deleted the last number is known')
    const key = {
      first_message_index: 0,
      forwarded_count: 0,
      is_verified: false,
      session_data: { junk: 'x'.repeat(20_000) },
    }
    const url = `room_keys/keys/${encodeURIComponent('!a:example.org')}/session?version=20`
    assert.equal(await alice.refusal('PUT', url, key), '413 M_TOO_LARGE')
  })

  it('the state of a room, but for what takes the place of as much', async () => {
    const roomId = await alice.createRoom()
    const content = { junk: 'x'.repeat(60_000) }
    const put = (key: number, of: JsonObject = content): Promise<string> =>
      alice.refusal('PUT', alice.room(roomId, `state/m.large/${key}`), of)
    const [count, refusal] = await untilRefused(700, put)
    assert.equal(refusal, '403 M_RESOURCE_LIMIT_EXCEEDED')
    assert.ok(count > 500 && count * 60_000 <= 32 * 1024 * 1024, `${count} of them`)
    test.homeserver.services.rooms.drop(roomId)
    assert.equal(await put(count), '403 M_RESOURCE_LIMIT_EXCEEDED', 'also when the room was read anew')
    assert.equal(await put(0, { junk: 'y'.repeat(60_000) }), '200')
    assert.equal(await put(1, {}), '200')
    assert.equal(await put(count), '200', 'where there is room again')
    assert.equal(await put(count + 1), '403 M_RESOURCE_LIMIT_EXCEEDED')
    await alice.send(roomId, 'messages are no state')
  })

  it('aliases of a room', async () => {
    const roomId = await alice.createRoom()
    const put = (index: number): Promise<string> =>
      alice.refusal('PUT', `directory/room/${encodeURIComponent(`#a${index}:example.org`)}`, { room_id: roomId })
    assert.deepEqual(await untilRefused(600, put), [500, '403 M_RESOURCE_LIMIT_EXCEEDED'])
  })

  it('receipts in threads: the newest stay', async () => {
    const roomId = await alice.createRoom()
    for (let index = 0; index < 510; index++) {
      const eventId = await alice.send(roomId, `thread ${index}`)
      const url = alice.room(roomId, `receipt/m.read/${encodeURIComponent(eventId)}`)
      await alice.post(url, { thread_id: eventId })
    }
    const { database } = test.homeserver.services
    const row = await database.get<{ n: number }>("select count(*) as n from receipt where thread <> ''")
    assert.equal(row?.n, 500)
  })

  it('media, by number and by size, but for those of bridges', async () => {
    const bob = await test.register('mediabob')
    const { media } = test.homeserver.services
    const upload = async (client: Client, size: number): Promise<string> => {
      const bytes = (async function* () {
        yield new Uint8Array(size)
      })()
      return await media.upload(client.userId, { bytes }).then(
        () => '200',
        (error: { errcode?: string }) => error.errcode ?? '',
      )
    }
    assert.deepEqual(await untilRefused(10, () => upload(bob, 10)), [6, 'M_RESOURCE_LIMIT_EXCEEDED'])
    const carl = await test.register('mediacarl')
    assert.deepEqual(await untilRefused(10, () => upload(carl, 2000)), [3, 'M_RESOURCE_LIMIT_EXCEEDED'])
    assert.equal(await carl.refusal('POST', '/_matrix/media/v1/create'), '403 M_RESOURCE_LIMIT_EXCEEDED')
    await test.homeserver.appservices.register(testRegistration())
    assert.deepEqual(await untilRefused(10, () => upload(test.as(testRegistration()), 2000)), [11, '200'])
  })

  it('media whose last bytes come at the same time', async () => {
    const frida = await test.register('mediafrida')
    const { media, database } = test.homeserver.services
    const [half, rest, whole] = ['half', 'rest', 'whole'].map(() => Promise.withResolvers<void>())
    const begun = Array.from({ length: 3 }, () => Promise.withResolvers<void>())
    const inPieces = async function* (at: number) {
      yield new Uint8Array(at < 2 ? 2400 : 3000)
      begun[at]!.resolve()
      await half!.promise
      if (at < 2) yield new Uint8Array(600)
      if (at === 1) rest!.resolve()
      await whole!.promise
    }
    const before = files(folder)
    const uploads = [0, 1, 2].map(async (at) => {
      if (at > 0) await begun[at - 1]!.promise
      return await media.upload(frida.userId, { bytes: inPieces(at) })
    })
    const outcomes = Promise.allSettled(uploads)
    await begun[2]!.promise
    half!.resolve()
    await rest!.promise
    whole!.resolve()
    const refusals = (await outcomes).flatMap((one) => (one.status === 'rejected' ? [one.reason.errcode] : []))
    assert.deepEqual(refusals, ['M_RESOURCE_LIMIT_EXCEEDED'])
    const usage = await database.get('select files, bytes from media_usage where owner = $1', frida.userId)
    assert.deepEqual({ ...usage }, { files: 2, bytes: 6000 })
    assert.equal(files(folder) - before, 2, 'what was refused leaves no file')
  })

  it('media ids, reserved at the same time; the last one can be uploaded to, once', async () => {
    const gina = await test.register('mediagina')
    const { media } = test.homeserver.services
    const reserved = await Promise.allSettled(Array.from({ length: 12 }, () => media.reserve(gina.userId)))
    const ids = reserved.flatMap((one) =>
      one.status === 'fulfilled' ? [one.value.uri.slice(one.value.uri.lastIndexOf('/') + 1)] : [],
    )
    assert.equal(ids.length, 6)
    const bytes = async function* (letter: number) {
      yield new Uint8Array(10).fill(letter)
    }
    for (const mediaId of ids) await media.uploadReserved(gina.userId, mediaId, { bytes: bytes(1) })
    const again = media.uploadReserved(gina.userId, ids[0]!, { bytes: bytes(2) })
    await assert.rejects(again, { errcode: 'M_CANNOT_OVERWRITE_MEDIA' })
    for await (const chunk of (await media.download('example.org', ids[0]!, 0)).bytes) assert.equal(chunk[0], 1)
  })

  it('media that is uploaded at the same time, and twice to one id', async () => {
    const dave = await test.register('mediadave')
    const { media, database } = test.homeserver.services
    const inPieces = async function* (letter: number) {
      for (let piece = 0; piece < 10; piece++) yield new Uint8Array(300).fill(letter)
    }
    const outcome = (uploading: Promise<unknown>): Promise<string> =>
      uploading.then(
        () => '200',
        (error: { errcode?: string }) => error.errcode ?? '',
      )
    const all = await Promise.all(
      Array.from({ length: 30 }, (_, at) => outcome(media.upload(dave.userId, { bytes: inPieces(at) }))),
    )
    assert.equal(all.filter((one) => one === '200').length, 2)
    const usage = await database.get('select files, bytes from media_usage where owner = $1', dave.userId)
    assert.deepEqual({ ...usage }, { files: 2, bytes: 6000 })
    const erin = await test.register('mediaerin')
    const { uri } = await media.reserve(erin.userId)
    const mediaId = uri.slice(uri.lastIndexOf('/') + 1)
    const twice = [1, 2].map((letter) =>
      outcome(media.uploadReserved(erin.userId, mediaId, { bytes: inPieces(letter) })),
    )
    assert.deepEqual((await Promise.all(twice)).toSorted(), ['200', 'M_CANNOT_OVERWRITE_MEDIA'])
    const letters = new Set<number>()
    for await (const chunk of (await media.download('example.org', mediaId, 0)).bytes)
      for (const letter of chunk) letters.add(letter)
    assert.equal(letters.size, 1)
  })
}

function files(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
}

interface Key {
  readonly crypto: NodeCrypto
  readonly publicText: string
  readonly keyId: string
}

function newKey(name?: string): Key {
  const crypto = createNodeCrypto(generateSeed())
  const publicText = encodeBase64(crypto.publicKey)
  return { crypto, publicText, keyId: `ed25519:${name ?? publicText}` }
}

function signed(object: JsonObject, userId: UserId, { crypto, keyId }: Key): JsonObject {
  return signJson(object, { crypto, keyId, origin: userId as string as ServerName }) as unknown as JsonObject
}

function crossKey(userId: UserId, usage: string, { keyId, publicText }: Key): JsonObject {
  return { user_id: userId, usage: [usage], keys: { [keyId]: publicText } }
}

function rowSuite(engine: Engine): void {
  let test: TestHomeserver
  before(async () => {
    test = await testHomeserver(
      { rate_limit: null, password_hashing: 'cheap' },
      { registrations: [testRegistration()] },
      engine,
    )
  })
  after(() => test?.[Symbol.asyncDispose]())

  const rowsOf = async (table: string): Promise<number> => {
    const { database } = test.homeserver.services
    return (await database.get<{ n: number }>(`select count(*) as n from ${table}`))?.n ?? 0
  }

  it('ids that were only looked up, or whose write was refused, are not kept', async () => {
    const owner = await test.register('owner')
    const reader = await test.register('reader')
    const roomId = await owner.createRoom({ preset: 'public_chat' })
    await reader.join(roomId)
    const kept = await rowsOf('interned')
    let walked = 0
    for (const [at, endpoint] of routes.entries()) {
      const [path = ''] = endpoint.paths
      if (endpoint.body === 'stream' || endpoint.auth === 'admin' || /logout|deactivate|delete_devices/.test(path))
        continue
      for (const room of [roomId, `!fresh${at}:example.org`]) {
        const client: Client = endpoint.auth === 'appservice' ? test.as(testRegistration()) : reader
        const filling: Filling = {
          formats: {
            'matrix-user-id': `@fresh${at}:example.org`,
            'matrix-room-id': room,
            'matrix-event-id': `$${encodeBase64(Buffer.alloc(32, at)).replaceAll(/[+/]/g, 'A')}`,
            'matrix-room-alias': `#fresh${at}:example.org`,
          },
          text: `fresh${at}`,
          member: [`fresh${at}`, 1],
          names: [`@freshname${at}:example.org`],
        }
        const schema = endpoint.body
        const body = endpoint.method === 'GET' ? undefined : Buffer.from(JSON.stringify(filled(schema, filling)))
        const before = await rowsOf('interned')
        const { status } = await client.request(endpoint.method, filledUrl(path, endpoint, filling), body)
        if (endpoint.method !== 'GET' && status === 200) continue
        walked += 1
        assert.equal(await rowsOf('interned'), before, `${endpoint.method} ${path}: ${status}`)
      }
    }
    assert.ok(walked > routes.length, `${walked} requests`)
    await reader.join(roomId)
    const before = await rowsOf('interned')
    assert.ok(before < kept + routes.length)
    for (const [method, url, body] of [
      ['PUT', `state/fresh.type/key`, {}],
      ['PUT', `state/m.room.member/${encodeURIComponent('@fresh.member:example.org')}`, { membership: 'ban' }],
      ['PUT', `send/fresh.event/1`, { 'm.relates_to': { rel_type: 'fresh.rel', event_id: '$none' }, junk: 0.5 }],
      ['POST', 'ban', { user_id: '@fresh.banned:example.org' }],
      ['POST', 'kick', { user_id: '@fresh.kicked:example.org' }],
      ['POST', 'unban', { user_id: '@fresh.unbanned:example.org' }],
      ['POST', 'invite', { user_id: '@fresh.remote:elsewhere.org' }],
      ['POST', 'forget', {}],
    ] as const) {
      const refusal = await reader.refusal(method, reader.room(roomId, url), body)
      assert.match(refusal, /^4/, url)
      assert.equal(await rowsOf('interned'), before, `${url}: ${refusal}`)
    }
  })

  it('signatures go with the keys that they are of, and with those that made them', async () => {
    const owner = await test.register('signer')
    const friend = await test.register('friend')
    const { crossSigning } = test.homeserver.services
    const friendMaster = newKey()
    await crossSigning.upload(friend.userId, { master: crossKey(friend.userId, 'master', friendMaster) })
    for (let round = 0; round < 3; round++) {
      const [device, master, userSigning] = [newKey(owner.deviceId), newKey(), newKey()]
      const keys = { [device.keyId]: device.publicText }
      const deviceKeys = { user_id: owner.userId, device_id: owner.deviceId!, algorithms: [], keys }
      await owner.post('keys/upload', { device_keys: signed(deviceKeys, owner.userId, device) })
      const masterKey = crossKey(owner.userId, 'master', master)
      await crossSigning.upload(owner.userId, {
        master: masterKey,
        user_signing: signed(crossKey(owner.userId, 'user_signing', userSigning), owner.userId, master),
      })
      const onFriend = signed(crossKey(friend.userId, 'master', friendMaster), owner.userId, userSigning)
      const { failures } = await owner.post('keys/signatures/upload', {
        [owner.userId]: { [master.publicText]: signed(masterKey, owner.userId, device) },
        [friend.userId]: { [friendMaster.publicText]: onFriend },
      })
      assert.deepEqual(failures, {})
      assert.equal(await rowsOf('key_signature'), 2, `round ${round}`)
    }
    await owner.post('logout')
    assert.equal(await rowsOf('key_signature'), 1, 'of the device that is gone')
    await crossSigning.upload(friend.userId, { master: crossKey(friend.userId, 'master', newKey()) })
    assert.equal(await rowsOf('key_signature'), 0)
  })

  it('transaction ids of a device: the newest stay, and those of application services', async () => {
    const { database, clock } = test.homeserver.services
    const alice = await test.register('sender')
    const bob = await test.register('other')
    const bot = test.as(testRegistration())
    const roomId = await alice.createRoom({ preset: 'public_chat' })
    for (const client of [bob, bot]) await client.join(roomId)
    const keepMs = 3_600_000
    await using pruner = new TxnPruner({ database, clock, logger: quiet, keepMs, keepOfDevice: 5 })
    const first = new Map<Client, string>()
    for (let at = 0; at < 9; at++) {
      for (const client of [alice, bot]) {
        const eventId = await client.send(roomId, `text ${at}`)
        if (at === 0) first.set(client, eventId)
      }
      if (at < 3) await bob.send(roomId, `text ${at}`)
    }
    assert.equal(await pruner.run(), 4)
    const ids = async (where: string): Promise<string[]> =>
      (await database.all<{ txn_id: string }>(`select txn_id from event_txn where ${where} order by event`)).map(
        ({ txn_id: id }) => id,
      )
    const ofAlice = `device = '${alice.deviceId}'`
    assert.deepEqual(await ids(ofAlice), ['s/text 4', 's/text 5', 's/text 6', 's/text 7', 's/text 8'])
    assert.equal((await ids(`device = '${bob.deviceId}'`)).length, 3)
    assert.equal((await ids("device = ''")).length, 9)
    assert.equal(await bot.send(roomId, 'text 0'), first.get(bot), 'known')
    assert.equal(await pruner.run(), 0)
    await alice.send(roomId, 'text 9')
    assert.equal(await pruner.run(), 1)
    assert.equal((await ids(ofAlice)).length, 5)
  })
}
