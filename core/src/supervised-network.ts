import type { Logger } from 'pino'
import type { Clock } from '@pons/matrix'
import type { Health } from './health.ts'
import type { Logins } from './login/logins.ts'
import type { NetworkConnector } from './network/connector.ts'
import { runInNetwork } from './supervision/network-scope.ts'
import { Supervisor } from './supervision/supervisor.ts'

export interface SupervisedParts {
  readonly connector: NetworkConnector
  readonly logins: Logins
  readonly health: Health
  readonly clock: Clock
  readonly logger: Logger
}

/** The adapter with all its logins, as one thing that may fail and be started again. */
export function supervisedNetwork({ connector, logins, health, clock, logger }: SupervisedParts): Supervisor {
  const name = connector.info.id
  return new Supervisor({
    clock,
    logger,
    onState: (report) => void health.note(report),
    supervised: {
      name,
      start: () =>
        runInNetwork(name, async () => {
          await connector.start()
          await logins.connectAll()
        }),
      async stop() {
        await logins.disconnectAll()
        await connector.stop()
      },
    },
  })
}
