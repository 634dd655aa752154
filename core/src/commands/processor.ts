import type { RoomId } from '@pons/matrix'
import { BridgeError } from '../bridge-error.ts'
import { bodyOf } from '../document/from-matrix.ts'
import { logFailure, type FailureLog } from '../log-failure.ts'
import type { IsAdmin } from '../admins.ts'
import type { Logins } from '../login/logins.ts'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import type { DoublePuppets } from '../matrix-side/double-puppets.ts'
import type { MatrixApi } from '../matrix-side/matrix-api.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { TypedHints } from '../matrix-side/typed-hints.ts'
import type { NetworkCommand, NetworkConnector } from '../network/connector.ts'
import type { PortalRecord } from '../storage/portal-store.ts'
import { commands, type CommandParts } from './all-commands.ts'
import type { CommandRequest, Described } from './command.ts'
import type { LoginProcesses } from './login-processes.ts'
import { renderReply } from './reply.ts'

export interface ProcessorParts extends FailureLog {
  readonly connector: NetworkConnector
  readonly api: MatrixApi
  readonly hints: TypedHints
  readonly puppets: DoublePuppets
  readonly logins: Logins
  readonly isAdmin: IsAdmin
}

/** What the bot does for those who talk to it. */
export interface Doing {
  readonly processes: LoginProcesses
  /** Handed on to the commands. */
  readonly commandParts: CommandParts
  readonly wake: CommandRequest['wake']
}

interface Said {
  readonly event: ClientEvent
  readonly text: string
  readonly portal: PortalRecord | undefined
  readonly lead: string
}

/** Runs what people say to the bridge bot: in the management room as it stands, elsewhere behind the prefix. */
export class CommandProcessor {
  readonly #parts: ProcessorParts
  readonly #doing: Doing

  constructor(parts: ProcessorParts, doing: Doing) {
    this.#parts = parts
    this.#doing = doing
  }

  /** The command in a message, without its prefix; undefined for an ordinary message. */
  commandIn(event: ClientEvent, isManagementRoom: boolean): string | undefined {
    const { content } = event
    const isText =
      event.type === 'm.room.message' && content['msgtype'] === 'm.text' && typeof content['body'] === 'string'
    // A command, or the answer to a question, may be said as a reply.
    const body = bodyOf(content)
    if (!isText || (content['m.relates_to'] as { rel_type?: string } | undefined)?.rel_type === 'm.replace')
      return undefined
    const prefix = this.#parts.connector.info.commandPrefix
    if (body === prefix) return 'help'
    if (body.startsWith(`${prefix} `)) return body.slice(prefix.length + 1).trim()
    return isManagementRoom ? body.trim() : undefined
  }

  /** Answers are sent under ids made of the event's, so a repeat after a crash says nothing twice. */
  async run(event: ClientEvent, text: string, portal: PortalRecord | undefined): Promise<void> {
    const { api, connector, hints } = this.#parts
    const lead = await hints.leadIn(event.room_id)
    const answer = await this.#answer({ event, text, portal, lead })
    if (answer === '') return
    const txnId = txnIdOf('answer', connector.info.id, event.event_id)
    const content = renderReply(hints.withLead(lead, answer))
    await api.send(event.room_id, { type: 'm.room.message', txnId, content })
  }

  async #answer(said: Said): Promise<string> {
    const { event, text } = said
    try {
      const isAnswer = this.#doing.processes.isWaitingFor(event.sender, event.room_id) && text !== 'cancel'
      if (isAnswer) return await this.#loginAnswer(event, text)
      return await this.#dispatch(said)
    } catch (error) {
      if (error instanceof BridgeError) return error.message
      // Broken off, and done again after the next start.
      if (this.#parts.signal.aborted) throw error
      this.#parts.logger.error({ err: error, eventId: event.event_id }, 'command failed')
      return 'That failed inside the bridge; its log says why.'
    }
  }

  async #loginAnswer(event: ClientEvent, text: string): Promise<string> {
    if (this.#doing.processes.asksForSecret(event.sender)) await this.#hideSecret(event.room_id, event)
    return await this.#doing.processes.answer(event.sender, text)
  }

  /** A password should not stay readable in the room. */
  async #hideSecret(roomId: RoomId, event: ClientEvent): Promise<void> {
    const token = await this.#parts.puppets.tokenFor(event.sender)
    const acting = token === undefined ? {} : { actAs: event.sender, token }
    const txnId = txnIdOf('hide', event.event_id)
    await this.#parts.api.redact(roomId, { eventId: event.event_id, txnId }, acting).catch((error: unknown) => {
      logFailure(this.#parts, 'warn', { err: error, roomId }, 'message with a secret could not be removed')
    })
  }

  async #dispatch({ event, text, portal, lead }: Said): Promise<string> {
    const { connector, logins } = this.#parts
    const { processes, commandParts, wake } = this.#doing
    const [word = '', ...args] = text.split(/\s+/)
    const name = word.toLowerCase()
    const isAdmin = await this.#parts.isAdmin(event.sender)
    const command = commands.find((known) => known.name === name || known.aliases?.includes(name))
    if (command !== undefined) {
      requireAdmin(isAdmin, command)
      const { sender: userId, room_id: roomId, event_id: eventId } = event
      const said = { roomId, eventId, userId, isAdmin, args, lead, ...(portal !== undefined && { portal }) }
      return await command.run({ ...said, processes, wake }, commandParts)
    }
    const fromNetwork = connector.handlers.commands?.find(
      (known) => known.name === name || known.aliases?.includes(name),
    )
    if (fromNetwork === undefined) throw new BridgeError(`I do not know \`${word}\`. Say \`help\` for what I can do.`)
    requireAdmin(isAdmin, fromNetwork)
    return await fromNetwork.run({
      userId: event.sender,
      isAdmin,
      args,
      ...(portal !== undefined && { chat: portal.chat }),
      logins: logins.ofUser(event.sender).map(({ record }) => record),
    })
  }
}

function requireAdmin(isAdmin: boolean, command: Described | NetworkCommand): void {
  if (command.adminOnly !== true || isAdmin) return
  throw new BridgeError('Only an administrator of the bridge may do that.', { reason: 'm.no_permission' })
}
