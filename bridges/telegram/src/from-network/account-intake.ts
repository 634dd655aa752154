import { Intake, type BridgeHost } from '@pons/core'
import { accountPrefix } from '../account-prefix.ts'
import type { People } from '../people.ts'

/** The intake of an account: with what comes it stores what was learnt of peers. */
export function accountIntake(
  host: Pick<BridgeHost, 'ingest' | 'logger' | 'step'>,
  { login, peers }: Pick<People, 'login' | 'peers'>,
): Intake {
  const prefix = accountPrefix(login)
  return new Intake({
    logger: host.logger,
    async takeLearnt() {
      const writes = await peers.takeWrites()
      return { writes: writes.map(({ key, value }) => ({ key: prefix + key, value })) }
    },
    async ingest(events, alongside) {
      host.step('telegram:before-journal')
      await host.ingest(events, alongside)
      host.step('telegram:journalled')
    },
  })
}
