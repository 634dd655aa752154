import { Intake, type BridgeHost } from '@pons/core'
import type { AccountStore } from '../account-store.ts'
import type { KnownChats } from '../known-snapshot.ts'

/** The intake of an account: with what comes it stores what was learnt of people, groups and timers. */
export function accountIntake(
  host: Pick<BridgeHost, 'ingest' | 'logger' | 'step'>,
  store: Pick<AccountStore, 'keyed'>,
  { people, groups, timers }: KnownChats,
): Intake {
  return new Intake({
    logger: host.logger,
    takeLearnt() {
      const links = people.takeLinks()
      return { links, writes: store.keyed([...people.takeWrites(), ...groups.takeWrites(), ...timers.takeWrites()]) }
    },
    async ingest(events, alongside) {
      host.step('whatsapp:before-journal')
      await host.ingest(events, alongside)
      host.step('whatsapp:journalled')
    },
  })
}
