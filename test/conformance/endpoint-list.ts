// Which endpoints of the specification are served. The list in git holds the facts (API, method, path, priority); `served` is
// found by asking Pons itself, so that an endpoint cannot appear or vanish unseen.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig, runPons } from '@pons/app'
import { pino } from 'pino'

export interface EndpointFact {
  readonly api: 'client-server' | 'application-service'
  readonly method: string
  /** With `{parameters}`. */
  readonly path: string
  readonly priority: 'P0' | 'P1' | 'P2'
  /** By the homeserver for clients; by the bridges for homeservers. */
  readonly served: boolean
}

export const listFile = new URL('./endpoints.jsonl', import.meta.url)

export function readEndpointList(): EndpointFact[] {
  const lines = readFileSync(listFile, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as EndpointFact)
}

export function renderEndpointList(facts: readonly EndpointFact[]): string {
  return facts.map((fact) => `${JSON.stringify(fact)}\n`).join('')
}

/** Asks a fresh Pons for each endpoint, without a token: what it does not know it calls unrecognized before it asks who calls. */
export async function measureEndpoints(facts: readonly EndpointFact[]): Promise<EndpointFact[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pons-conformance-'))
  try {
    const loaded = parseConfig('server_name: example.org\nlisteners: []\n', join(folder, 'pons.yaml'))
    await using pons = await runPons({ loaded, logger: pino({ level: 'silent' }) })
    const [bridge] = pons.bridges
    if (!bridge) throw new Error('no bridge was started')
    const measured: EndpointFact[] = []
    for (const fact of facts) {
      const { dispatch } = fact.api === 'client-server' ? pons.homeserver : bridge.appservice
      const url = fact.path.replaceAll(/\{(\w+)\}/g, 'x')
      const { status, body } = await dispatch({ method: fact.method, url, headers: {} })
      const isUnknown = (body as { errcode?: unknown } | undefined)?.errcode === 'M_UNRECOGNIZED'
      measured.push({ ...fact, served: !(isUnknown && (status === 404 || status === 405)) })
    }
    return measured
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One line for each API and priority: `client-server P0: 70 of 78`. */
export function endpointCounts(facts: readonly EndpointFact[]): string[] {
  const counts = new Map<string, { served: number; all: number }>()
  for (const { api, priority, served } of facts) {
    const key = `${api} ${priority}`
    const count = counts.get(key) ?? { served: 0, all: 0 }
    counts.set(key, { served: count.served + (served ? 1 : 0), all: count.all + 1 })
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, { served, all }]) => `${key}: ${served} of ${all}`)
}
