import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import type { LoopbackNetwork } from '../loopback/loopback-network.ts'
import type { Synapse } from '../synapse/synapse.ts'
import { startSynapseStage } from '../synapse/synapse-stage.ts'

export interface GroundOptions {
  readonly network: Pick<LoopbackNetwork, 'id' | 'settings'>
  /** sqlite in the folder when undefined. */
  readonly database?: string
  /** Address of a Redis server for the queue; the embedded one when undefined. */
  readonly redis?: string
  /** The Python that has Synapse, which is the homeserver then; the bundled one when undefined. */
  readonly synapse?: string
}

/** Where a run takes place: what the process that is killed reads, and where people reach their homeserver. */
export interface Ground extends AsyncDisposable {
  readonly configFile: string
  readonly database: string
  readonly url: string
  /** The homeserver, where it is a process of its own, to be killed as well. */
  readonly synapse?: Synapse
}

/** What ships: every setting at its default but for those that point here. */
export async function layGround(options: GroundOptions): Promise<Ground> {
  const { network, database, redis, synapse } = options
  const queue = redis === undefined ? {} : { queue: { engine: 'bull', redis, prefix: `kill-${await freePort()}` } }
  const further = { ...(database !== undefined && { database }), ...queue }
  if (synapse !== undefined) {
    const stage = await startSynapseStage(synapse, network, further)
    return {
      configFile: stage.configFile,
      database: database ?? stage.database,
      url: stage.synapse.url,
      synapse: stage.synapse,
      [Symbol.asyncDispose]: () => stage[Symbol.asyncDispose](),
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'pons-kill-'))
  const port = await freePort()
  const settings = {
    listeners: [{ host: '127.0.0.1', port }],
    registration: { open: true },
    log: { level: 'info', file: join(folder, 'pons.log') },
    networks: { [network.id]: network.settings },
  }
  const configFile = join(folder, 'pons.yaml')
  writeFileSync(configFile, JSON.stringify({ ...settings, ...further }))
  return {
    configFile,
    database: database ?? join(folder, 'data', 'pons.db'),
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
