import type { RoomAlias, UserId } from '@pons/matrix'
import type { AppserviceServices } from './appservice-api/define-endpoint.ts'
import type { Ghosts } from './ghost/ghosts.ts'
import type { AskedMedia, MediaLinks } from './matrix-side/media-links.ts'
import { takeIn, type IntakeEffects, type IntakeParts } from './matrix-side/transaction-intake.ts'
import type { NetworkConnector } from './network/connector.ts'
import { openByAlias, type OpenByAliasParts } from './portal/open-by-alias.ts'

export interface AnswerParts extends IntakeParts, OpenByAliasParts {
  readonly connector: NetworkConnector
  readonly ghosts: Ghosts
}

/** What the bridge answers a homeserver's calls with. */
export function appserviceAnswers(
  parts: AnswerParts,
  effects: IntakeEffects,
  links: MediaLinks | undefined,
): AppserviceServices {
  const { connector, ghosts } = parts
  return {
    transaction: (txnId, body) => takeIn(parts, { txnId, body }, effects),
    async queryUser(userId: UserId): Promise<boolean> {
      const remote = ghosts.remoteUserOf(userId)
      if (remote === undefined) return false
      await ghosts.ensure({ id: remote })
      return true
    },
    queryAlias: (alias: RoomAlias) => openByAlias(parts, alias),
    protocol: (name) => (connector.info.protocols.includes(name) ? protocolOf(connector) : undefined),
    locations: async () => [],
    people: async () => [],
    ...(links !== undefined && { media: (asked: AskedMedia) => links.fetch(asked) }),
  }
}

function protocolOf(connector: NetworkConnector) {
  return {
    user_fields: ['id'],
    location_fields: ['id'],
    icon: '',
    field_types: { id: { regexp: '.*', placeholder: 'id' } },
    instances: [
      { desc: connector.info.displayName, network_id: connector.info.id, fields: {}, instance_id: connector.info.id },
    ],
  }
}
