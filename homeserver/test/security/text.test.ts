import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { JsonValue } from '@pons/matrix'
import { routes } from '../../src/api/routes.ts'
import type { Endpoint } from '../../src/api/endpoint.ts'
import { engines, testHomeserver, testRegistration, type Client, type Engine, type TestHomeserver } from '../support.ts'
import { sampleBody, sampleText, shortPath, withOneHostile, type Known } from './hostile-samples.ts'

/** Of more than any index takes, and without a pattern that would be compressed away. */
const long = randomBytes(6000).toString('base64')

const hostiles: readonly { name: string; value: JsonValue }[] = [
  { name: 'NUL', value: 'a\0b' },
  { name: 'half of a surrogate pair', value: 'a\ud800b' },
  { name: 'eight thousand characters', value: long },
  { name: 'a number beyond 32 bits', value: 2 ** 31 },
  { name: 'the largest integer', value: Number.MAX_SAFE_INTEGER },
  { name: 'a number beyond 2^53', value: 2 ** 60 },
  { name: 'the smallest integer', value: Number.MIN_SAFE_INTEGER },
  { name: 'a fraction', value: 1.5 },
]

interface Cast extends Known {
  readonly user: Client
  readonly admin: Client
  readonly appservice: Client
}

describe('text and numbers that no database takes are refused, and never an error of the server', function () {
  this.timeout(180_000)
  /** Both engines answer alike. */
  const answers = new Map<string, Map<Engine, string>>()

  for (const engine of engines) {
    describe(`on ${engine}`, () => {
      let test: TestHomeserver
      let count = 0
      before(async () => {
        test = await testHomeserver({ rate_limit: null }, {}, engine)
        await test.homeserver.appservices.register(testRegistration())
      })
      after(() => test?.[Symbol.asyncDispose]())

      async function cast(): Promise<Cast> {
        const number = ++count
        const user = await test.register(`user${number}`)
        const admin = await test.register(`admin${number}`)
        await test.homeserver.services.database.transaction((tx) =>
          tx.run('update account set is_admin = 1 where user_id = $1', admin.userId),
        )
        const roomId = await user.createRoom({ preset: 'public_chat' })
        const eventId = await user.send(roomId, 'hello')
        await user.post('room_keys/version', { algorithm: 'm.megolm_backup.v1', auth_data: {} })
        const appservice = test.as(testRegistration())
        await appservice.join(roomId)
        const deviceId = user.deviceId ?? ''
        return { user, admin, appservice, userId: user.userId, deviceId, roomId, eventId, mediaId: 'media' }
      }

      for (const endpoint of routes) {
        if (endpoint.body === 'stream') continue
        it(shortPath(endpoint), async () => {
          const who = await cast()
          const wrong: string[] = []
          for (const { name, value } of hostiles) {
            for (const [where, url, body] of requests(endpoint, who, value)) {
              const client = clientFor(endpoint, who, test)
              const { status, body: answer } = await client.request(endpoint.method, url, body)
              const place = `${shortPath(endpoint)} ${named(where, who)}: ${name}`
              if (status >= 500 && answer['errcode'] === 'M_UNKNOWN') wrong.push(`${place}: ${status}`)
              const errcode = (answer['errcode'] as string | undefined) ?? ''
              answers.set(place, (answers.get(place) ?? new Map()).set(engine, `${status} ${errcode}`.trim()))
            }
          }
          assert.deepEqual(wrong, [])
        })
      }
    })
  }

  // In a suite of its own, which comes after those of the engines.
  describe('and both engines', () => {
    it('answer alike', function () {
      if (engines.length < 2) return this.skip()
      assert.ok(answers.size > 0)
      const different = [...answers].filter(([, byEngine]) => new Set(byEngine.values()).size > 1)
      assert.deepEqual(different, [])
    })
  })
})

/** Ids of this run by what they are. */
function named(where: string, { userId, deviceId, roomId, eventId }: Known): string {
  return where
    .replaceAll(userId, '(user)')
    .replaceAll(deviceId, '(device)')
    .replaceAll(roomId, '(room)')
    .replaceAll(eventId, '(event)')
}

function clientFor(endpoint: Endpoint, { user, admin, appservice }: Cast, test: TestHomeserver): Client {
  if (endpoint.auth === 'none') return test.anonymous
  if (endpoint.auth === 'admin') return admin
  return endpoint.auth === 'appservice' ? appservice : user
}

/** The endpoint's requests with one hostile value each: in the path, the query, or the body. */
function* requests(
  endpoint: Endpoint,
  known: Known,
  hostile: JsonValue,
): Generator<[where: string, url: string, body: JsonValue | undefined]> {
  const [path = ''] = endpoint.paths
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
  const at = (hostileName?: string): string =>
    path.replace(/:(\w+)\??/g, (_, name: string) =>
      encoded(name === hostileName ? String(hostile) : sampleText(name, known)),
    )
  const body = sampleBody(endpoint, known)
  const query = Object.keys((endpoint.query as { properties?: object } | undefined)?.properties ?? {})
  const withVersion = query.includes('version') ? '?version=1' : ''
  for (const name of names) yield [`:${name}`, at(name) + withVersion, body]
  for (const name of query) {
    if (name === 'timeout') continue
    const others = query.filter((other) => other !== name && ['dir', 'ts', 'version', 'limit'].includes(other))
    const rest = others.map((other) => `&${other}=${sampleText(other, known)}`).join('')
    yield [`?${name}`, `${at()}?${name}=${encoded(String(hostile))}${rest}`, body]
  }
  if (body === undefined) return
  for (const [where, changed] of withOneHostile(body, hostile)) yield [where, at() + withVersion, changed]
}

/** Half of a surrogate pair has no form in a path. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}
