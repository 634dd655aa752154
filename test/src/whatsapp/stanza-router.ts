import type { AppState } from './account/app-state.ts'
import type { Companion } from './world/entities.ts'
import type { Connection } from './connection.ts'
import type { FromCompanions } from './deliveries/from-companions.ts'
import type { Faults } from './faults.ts'
import { judgeAttributes, type Judge } from './judge.ts'
import type { LinkCodes } from './linking/link-code.ts'
import type { Logins } from './linking/logins.ts'
import type { MediaHost } from './media/media-host.ts'
import { answerQuery } from './queries/answer-query.ts'
import { childrenOf, type Stanza } from './wire/stanza.ts'
import type { Addresses } from './world/addresses.ts'
import type { GroupChanges } from './world/group-changes.ts'

export interface StanzaRouterParts {
  readonly addresses: Addresses
  readonly faults: Faults
  readonly judge: Judge
  readonly media: MediaHost
  readonly groups: GroupChanges
  readonly appState: AppState
  readonly logins: Logins
  readonly linkCodes: LinkCodes
  readonly fromCompanions: FromCompanions
}

/** Hands each stanza of a client to whoever deals with its kind; what nobody does is held against the client. */
export class StanzaRouter {
  readonly #parts: StanzaRouterParts

  constructor(parts: StanzaRouterParts) {
    this.#parts = parts
  }

  async take(connection: Connection, received: Stanza): Promise<void> {
    const { judge, faults, fromCompanions } = this.#parts
    const { companion } = connection
    judgeAttributes(received, judge)
    if (companion === undefined) return this.#beforeLogin(connection, received)
    switch (received.tag) {
      case 'iq': {
        const answered = this.#answer(connection, companion, received)
        // A slow answer does not keep back what else the client sends.
        if (faults.lookupDelayMs === 0) await answered
        return
      }
      case 'message':
        return await fromCompanions.message(connection, companion, received)
      case 'receipt':
        return await fromCompanions.receipt(connection, companion, received)
      case 'ack':
        return fromCompanions.acknowledged(companion, received)
      case 'chatstate':
        return fromCompanions.chatState(companion, received)
      case 'presence':
      case 'ib':
        return
      default:
        judge.against(`the stanza ${received.tag} is not simulated`)
    }
  }

  #beforeLogin(connection: Connection, received: Stanza): void {
    const { judge, linkCodes } = this.#parts
    const [child] = childrenOf(received)
    if (received.attrs['xmlns'] === 'w:p') return connection.answer(received)
    const isLinking = received.tag === 'iq' && child?.tag === 'link_code_companion_reg'
    if (isLinking && linkCodes.handle(connection, received, child)) return
    if (['presence', 'ib', 'ack'].includes(received.tag)) return
    judge.against(`the stanza ${received.tag} ${JSON.stringify(received.attrs)} before a login`)
    if (received.tag === 'iq') connection.refuse(received, 400, 'bad-request')
  }

  async #answer(connection: Connection, companion: Companion, query: Stanza): Promise<void> {
    const { logins } = this.#parts
    await answerQuery({
      ...this.#parts,
      connection,
      companion,
      query,
      child: childrenOf(query)[0],
      activate: () => logins.activate(connection, companion),
      unlink: () => void setImmediate(() => logins.unlink(companion)),
    })
  }
}
