import { MetricsRegistry, Scheduler, systemClock, type BridgeOptions } from '@pons/core'
import type { Database } from '@pons/database'
import { createEgress } from '@pons/http'
import type { Logger } from 'pino'
import type { LoadedConfig } from './config/load-config.ts'
import { queueMaker } from './queue-maker.ts'
import { version } from './version.ts'

export interface RunOptions {
  readonly loaded: LoadedConfig
  readonly logger: Logger
  /** Called at named moments; a fault suite ends the process there. */
  readonly onStep?: (step: string) => void
}

type Names = 'db' | 'settings' | 'egress' | 'metrics' | 'scheduler' | 'queue' | 'logger' | 'version' | 'onStep'

/** What the bridges of one process have in common, whatever homeserver they are on. */
export type SharedParts = Pick<BridgeOptions, Names> & Required<Pick<BridgeOptions, 'egress' | 'metrics'>>

export async function sharedParts({ loaded, logger, onStep }: RunOptions, db: Database): Promise<SharedParts> {
  const { config } = loaded
  const { allow_loopback: allowLoopback, egress } = config
  const queue = await queueMaker(config, logger)
  return {
    db,
    settings: config.bridge,
    egress: createEgress({ allowLoopback, allow: egress.allow, deny: egress.deny }),
    metrics: new MetricsRegistry(),
    scheduler: new Scheduler(systemClock),
    logger,
    version,
    ...(queue !== undefined && { queue }),
    ...(onStep !== undefined && { onStep }),
  }
}
