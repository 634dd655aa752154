import { migrate, readMigrations } from '@pons/database'
import { createHost } from './host/create-host.ts'
import { runInNetwork } from './supervision/network-scope.ts'
import type { Bridge, BridgeOptions } from './bridge.ts'
import { buildContext } from './build-context.ts'
import { RunningBridge } from './running-bridge.ts'

/** Migrates the database and builds the bridge; nothing is connected before `start`. */
export async function createBridge(options: BridgeOptions): Promise<Bridge> {
  await migrate(options.db, {
    program: 'bridge',
    migrations: readMigrations(new URL('./migrations/', import.meta.url)),
  })
  const abort = new AbortController()
  const context = buildContext(options, abort.signal)
  await context.aliases.load()
  const running = new RunningBridge(context, options, abort)
  const host = createHost(context, {
    wake: (nid) => running.fromNetworkLanes.wake(String(nid)),
    mediaLink: options.mediaLink ?? ((mxcUri, fileName) => running.mediaLinks?.linkTo(mxcUri, fileName)),
  })
  await runInNetwork(options.connector.info.id, () => options.connector.init(host))
  await context.logins.load()
  return running
}
