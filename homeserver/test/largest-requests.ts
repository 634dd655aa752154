import { routes } from '../src/api/routes.ts'
import { filled, filledUrl, type Filling } from './filled-inputs.ts'
import { testRegistration, type Client, type TestHomeserver } from './support.ts'

type Route = (typeof routes)[number]

export interface LargestRequest {
  readonly client: Client
  readonly method: string
  readonly url: string
  readonly body: Buffer | undefined
  /** What it is full of. */
  readonly said: string
}

/** Until one is legal: what is too much must be refused as cheaply. */
const sizes = [60_000, 30_000, 10_000, 5000, 1000, 500, 100, 10]

/** Of a URL: more is refused before it gets to an endpoint. */
const maxUrl = 15_000

const marks = 'a\u0301\u0323'
const stars = JSON.stringify(Array.from({ length: 100 }, (_, at) => `*${at}*a*b*c*`))
const deep = JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`) as unknown

function named(size: number): string[] {
  return Array.from({ length: size }, (_, at) => `@name${at}:example.org`)
}

const shapes: readonly { name: string; fill: (base: Filling, size: number) => Filling }[] = [
  {
    name: 'many members',
    fill: (base, size) => ({
      ...base,
      inner: base,
      items: size,
      names: named(size),
      member: ['m', Array.from({ length: size }, (_, at) => at)],
    }),
  },
  {
    name: 'many objects within objects',
    fill: (base, size) => {
      const names = named(Math.floor(Math.sqrt(size)))
      const inner = Object.fromEntries(names.map((name) => [name, {}]))
      const few: Filling = { ...base, names }
      return { ...few, inner: few, member: ['m', Object.fromEntries(names.map((name) => [name, inner]))] }
    },
  },
  {
    name: 'long text',
    fill: (base, size) => ({ ...base, text: marks.repeat(size * 2), member: ['m', marks.repeat(size * 2)] }),
  },
  {
    name: 'a wide object, unsorted',
    fill: (base, size) => {
      const members = Array.from({ length: size }, (_, at) => [`k${(at * 7919) % size}`, at] as const)
      return { ...base, member: ['m', Object.fromEntries(members)] }
    },
  },
  {
    name: 'deep objects',
    fill: (base, size) => ({ ...base, member: ['m', Array.from({ length: Math.ceil(size / 50) }, () => deep)] }),
  },
]

/** Every endpoint that takes JSON or a query, under the names that its tests and figures have. */
export function walkedRoutes(): { name: string; route: Route }[] {
  return routes
    .filter(({ body }) => body !== 'stream')
    .map((route) => ({ name: `${route.method} ${route.paths[0]}`, route }))
}

/**
 * Makes the largest requests of an endpoint, each shape from what is too much down to what is answered with 200; `send`
 * says how it was answered.
 */
export async function largestRequests(
  server: TestHomeserver,
  route: Route,
  send: (request: LargestRequest) => Promise<{ readonly status: number }>,
): Promise<void> {
  for (const [index, { name, fill }] of shapes.entries()) {
    const client = await attacker(server, `attacker${routes.indexOf(route)}.${index}`, route.auth)
    const roomId = await client.createRoom()
    const eventId = await client.send(roomId, 'text')
    const formats = {
      'matrix-user-id': client.userId,
      'matrix-room-id': roomId,
      'matrix-event-id': eventId,
      'matrix-room-alias': '#alias:example.org',
    }
    const base: Filling = { formats, text: 'plain', member: ['m', 1], names: ['n'] }
    for (const size of sizes) {
      const filling = fill(base, size)
      const url = urlOf(route, base, filling)
      if (url === undefined) continue
      const schema = route.body === 'stream' ? undefined : route.body
      const body = route.method === 'GET' ? undefined : Buffer.from(JSON.stringify(filled(schema, filling)))
      const said = `${name}, ${size}`
      const { status } = await send({ client, method: route.method, url, body, said })
      if (status === 200) break
    }
  }
}

/** For GET the query is what is large; undefined when no server would read it. */
function urlOf(route: Route, base: Filling, filling: Filling): string | undefined {
  const [path = ''] = route.paths
  if (route.method !== 'GET') return filledUrl(path, route, base)
  const filter = JSON.stringify({
    senders: JSON.parse(stars) as string[],
    types: JSON.parse(stars) as string[],
    room: { timeline: { types: JSON.parse(stars) as string[] }, state: { types: JSON.parse(stars) as string[] } },
  })
  const large = new URL(`http://localhost${filledUrl(path, route, { ...filling, formats: base.formats })}`)
  // Long polls wait for nothing here, and pages are as long as they may be.
  for (const [name, value] of [
    ['filter', filter],
    ['timeout', '0'],
    ['limit', '1000'],
    ['from', ''],
    ['since', ''],
    ['to', ''],
  ] as const) {
    if (!large.searchParams.has(name)) continue
    if (value === '') large.searchParams.delete(name)
    else large.searchParams.set(name, value)
  }
  const url = large.pathname + large.search
  return url.length > maxUrl ? undefined : url
}

async function attacker(server: TestHomeserver, name: string, auth: string): Promise<Client> {
  if (auth === 'appservice') return server.as(testRegistration())
  const client = await server.register(name)
  await server.homeserver.services.accounts.setAdmin(client.userId, auth === 'admin')
  return client
}
