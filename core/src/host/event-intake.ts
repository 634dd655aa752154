import { saysNothing } from '../document/says-nothing.ts'
import { logFailure, type FailureLog } from '../log-failure.ts'
import type { Alongside, BridgeHost } from '../network/bridge-host.ts'
import { cleanEvent } from '../network/clean-event.ts'
import type { RemoteEphemeral, RemoteEvent } from '../network/remote-event.ts'
import type { Hearers } from '../portal/hearers.ts'
import type { NetworkSchedule } from '../queue/network-schedule.ts'
import { cleanJson } from '../text/clean-text.ts'

export interface EventIntakeParts extends FailureLog {
  readonly schedule: NetworkSchedule
  readonly hearers: Hearers
  readonly step: (name: string) => void
}

/** What becomes of events. */
interface Taking {
  /** Makes them durable; returns the portals that have work. */
  readonly ingest: (events: readonly RemoteEvent[], alongside: Alongside | undefined) => Promise<ReadonlySet<number>>
  readonly showEphemeral: (event: RemoteEphemeral) => Promise<void>
  /** A portal has new rows in its journal. */
  readonly wake: (portalNid: number) => void
}

/** Takes what the adapter hears. */
export function eventIntake(
  parts: EventIntakeParts,
  { ingest, showEphemeral, wake }: Taking,
): Pick<BridgeHost, 'ingest' | 'ingestEphemeral'> {
  const { schedule, hearers, step, logger } = parts
  return {
    async ingest(events, alongside) {
      const given = isList(events) ? events : [events]
      const of = { login: given[0]?.login ?? '', count: given.length }
      const { list, portals } = await schedule.store(of, async () => {
        const said = given.filter(isSaid).map((event) => cleanEvent(event))
        return { list: said, portals: await ingest(said, alongside) }
      })
      step('bridge:journal-stored')
      for (const nid of portals) wake(nid)
      hearers
        .note(list)
        .catch((error: unknown) =>
          logFailure(parts, 'warn', { err: error }, 'the owner of a login could not be brought into a room'),
        )
    },
    ingestEphemeral: (event) => {
      showEphemeral(cleanJson(event)).catch((error: unknown) => logger.debug({ err: error }, 'ephemeral event lost'))
    },
  }
}

/** A message without a word or a medium is none. */
function isSaid(event: RemoteEvent): boolean {
  return event.kind !== 'message' || !saysNothing(event.document)
}

function isList(events: RemoteEvent | readonly RemoteEvent[]): events is readonly RemoteEvent[] {
  return Array.isArray(events)
}
