import type { Connection } from './connection.ts'
import type { FromCompanions } from './deliveries/from-companions.ts'
import { judgeAttributes } from './judge.ts'
import type { LinkCodes } from './linking/link-code.ts'
import { answerQueries, type QueryParts } from './queries/answer-queries.ts'
import type { Query } from './queries/query.ts'
import { childrenOf, type Stanza } from './wire/stanza.ts'

export interface StanzaRouterParts extends QueryParts {
  readonly linkCodes: LinkCodes
  readonly fromCompanions: FromCompanions
}

/** Hands each stanza of a client to whoever deals with its kind; what nobody does is held against the client. */
export class StanzaRouter {
  readonly #parts: StanzaRouterParts
  readonly #answer: (query: Query) => Promise<void>

  constructor(parts: StanzaRouterParts) {
    this.#parts = parts
    this.#answer = answerQueries(parts)
  }

  async take(connection: Connection, received: Stanza): Promise<void> {
    const { judge, faults, fromCompanions } = this.#parts
    const { companion } = connection
    judgeAttributes(received, judge)
    if (companion === undefined) return this.#beforeLogin(connection, received)
    switch (received.tag) {
      case 'iq': {
        const answered = this.#answer({ connection, companion, query: received, child: childrenOf(received)[0] })
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
}
