import type { proto } from '@whiskeysockets/baileys'
import type { AppState } from '../account/app-state.ts'
import { historyOf } from '../account/history.ts'
import type { Companion } from '../world/entities.ts'
import type { Connection } from '../connection.ts'
import type { ToCompanions } from '../deliveries/to-companions.ts'
import type { Faults } from '../faults.ts'
import type { MediaHost } from '../media/media-host.ts'
import { nowSeconds } from '../wire/clock.ts'
import { stanza } from '../wire/stanza.ts'
import { newStanzaId } from '../wire/stanza-id.ts'
import type { Addresses } from '../world/addresses.ts'
import type { Linking } from './linking.ts'

export interface LoginsParts {
  readonly addresses: Addresses
  readonly faults: Faults
  readonly linking: Linking
  readonly appState: AppState
  readonly media: MediaHost
  readonly toCompanions: ToCompanions
}

/** Which connection is which device's: logins, their ends, and what a device is told when it is new. */
export class Logins {
  readonly #parts: LoginsParts

  constructor(parts: LoginsParts) {
    this.#parts = parts
  }

  /** A handshake is done: a device logs in, or wants to be linked. */
  open(connection: Connection, payload: proto.ClientPayload): void {
    const { faults, linking } = this.#parts
    const registration = payload.devicePairingData
    if (registration?.eIdent?.length) {
      // Not waited for: its answer comes through the same queue.
      linking.offer(connection, registration).catch(() => undefined)
      return
    }
    const companion = this.#companionOf(connection, payload)
    const reason = faults.refuseLogins ?? (companion === undefined ? '401' : undefined)
    if (reason !== undefined || companion === undefined) {
      connection.send(stanza('failure', { reason: reason ?? '401', location: 'test' }))
      return connection.close()
    }
    companion.connection?.streamError(440, [stanza('conflict', { type: 'replaced' })])
    companion.connection = connection
    connection.companion = companion
    const { lid, person } = companion
    const attrs = { t: nowSeconds(), props: '27', lid, display_name: person.name, creation: '1700000000' }
    connection.send(stanza('success', attrs))
  }

  close(connection: Connection): void {
    this.#parts.linking.forget(connection)
    const { companion } = connection
    companion?.outbox.close(connection)
    if (companion?.connection === connection) companion.connection = undefined
  }

  /** The device is ready for what waits for it; after the answer to the query that says so. */
  activate(connection: Connection, companion: Companion): void {
    setImmediate(() => {
      companion.outbox.open(connection)
      if (companion.hasHistory) return
      companion.hasHistory = true
      // The phone hands it over when the device is there: it is no backlog, for which a new device does not wait.
      void this.#welcome(companion)
    })
  }

  unlink(companion: Companion): void {
    companion.person.companions.delete(companion.number)
    this.#parts.toCompanions.forgetCompanion(companion)
    companion.connection?.streamError(401, [stanza('conflict', { type: 'device_removed' })])
  }

  /** What a device gets when it is new. */
  async #welcome(companion: Companion): Promise<void> {
    const { faults, media, appState, addresses, toCompanions } = this.#parts
    const { person } = companion
    const place = faults.isHistoryElsewhere ? media.publishHistory.bind(media) : undefined
    const notices = [appState.keyShare(person), ...historyOf(person, addresses.groups, place)]
    for (const content of notices) await toCompanions.tellCompanion(companion, newStanzaId(), content)
  }

  #companionOf(connection: Connection, { username, device }: proto.ClientPayload): Companion | undefined {
    const person = this.#parts.addresses.person(`${String(username)}@s.whatsapp.net`)
    const companion = person?.companions.get(device ?? 0)
    return companion?.noiseKey.equals(connection.clientKey) === true ? companion : undefined
  }
}
