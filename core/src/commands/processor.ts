import type { RoomId } from '@pons/matrix'
import type { BridgeContext } from '../bridge-context.ts'
import { BridgeError } from '../bridge-error.ts'
import type { ClientEvent } from '../matrix-side/client-event.ts'
import { txnIdOf } from '../matrix-side/txn-id.ts'
import type { NetworkCommand } from '../network/connector.ts'
import type { PortalRecord } from '../store/portal-store.ts'
import { bridge, deletePortal, id, startChat, syncPortal, unbridge } from './chats.ts'
import type { Command, CommandRequest } from './command.ts'
import { ping, version } from './general.ts'
import { helpText } from './help.ts'
import { cancel, listLogins, login, logout, setPreferredLogin } from './login.ts'
import { LoginProcesses } from './login-processes.ts'
import { parked, retry } from './repair.ts'
import { renderReply } from './reply.ts'

const help: Command = {
  name: 'help',
  usage: 'help',
  description: 'Show this.',
  run: async ({ context, userId }) => helpText(context, commands, context.settings.admins.includes(userId)),
}

const commands: readonly Command[] = [
  help,
  login,
  cancel,
  listLogins,
  logout,
  setPreferredLogin,
  startChat,
  bridge,
  unbridge,
  deletePortal,
  syncPortal,
  id,
  retry,
  parked,
  ping,
  version,
]

/** Runs what people say to the bridge bot: in the management room as it stands, elsewhere behind the prefix. */
export class CommandProcessor {
  readonly #context: BridgeContext
  readonly #wake: CommandRequest['wake']
  readonly #logins: LoginProcesses

  constructor(context: BridgeContext, wake: CommandRequest['wake']) {
    this.#context = context
    this.#wake = wake
    this.#logins = new LoginProcesses(context)
  }

  /** The command in a message, without its prefix; undefined for an ordinary message. */
  commandIn(event: ClientEvent, isManagementRoom: boolean): string | undefined {
    const { content } = event
    const body = content['body']
    const isText = event.type === 'm.room.message' && content['msgtype'] === 'm.text' && typeof body === 'string'
    if (!isText || (content['m.relates_to'] as { rel_type?: string } | undefined)?.rel_type === 'm.replace')
      return undefined
    const prefix = this.#context.connector.info.commandPrefix
    if (body === prefix) return 'help'
    if (body.startsWith(`${prefix} `)) return body.slice(prefix.length + 1).trim()
    return isManagementRoom ? body.trim() : undefined
  }

  /** Answers are sent under ids made of the event's, so a repeat after a crash says nothing twice. */
  async run(event: ClientEvent, text: string, portal: PortalRecord | undefined): Promise<void> {
    const answer = await this.#answer(event, text, portal)
    if (answer === '') return
    const txnId = txnIdOf('answer', this.#context.connector.info.id, event.event_id)
    await this.#context.api.send(event.room_id, { type: 'm.room.message', txnId, content: renderReply(answer) })
  }

  async #answer(event: ClientEvent, text: string, portal: PortalRecord | undefined): Promise<string> {
    try {
      const isAnswer = this.#logins.isWaitingFor(event.sender, event.room_id) && text !== 'cancel'
      if (isAnswer) return await this.#loginAnswer(event, text)
      return await this.#dispatch(event, text, portal)
    } catch (error) {
      if (error instanceof BridgeError) return error.message
      this.#context.logger.error({ err: error, eventId: event.event_id }, 'command failed')
      return 'That failed inside the bridge; its log says why.'
    }
  }

  async #loginAnswer(event: ClientEvent, text: string): Promise<string> {
    if (this.#logins.asksForSecret(event.sender)) await this.#hideSecret(event.room_id, event)
    return await this.#logins.answer(event.sender, text)
  }

  /** A password should not stay readable in the room. */
  async #hideSecret(roomId: RoomId, event: ClientEvent): Promise<void> {
    const token = await this.#context.puppets.tokenFor(event.sender)
    const acting = token === undefined ? {} : { actAs: event.sender, token }
    const txnId = txnIdOf('hide', event.event_id)
    await this.#context.api.redact(roomId, { eventId: event.event_id, txnId }, acting).catch((error: unknown) => {
      this.#context.logger.warn({ err: error, roomId }, 'message with a secret could not be removed')
    })
  }

  async #dispatch(event: ClientEvent, text: string, portal: PortalRecord | undefined): Promise<string> {
    const context = this.#context
    const [word = '', ...args] = text.split(/\s+/)
    const name = word.toLowerCase()
    const command = commands.find((known) => known.name === name || known.aliases?.includes(name))
    if (command !== undefined) {
      this.#requireAdmin(event, command)
      return await command.run({
        context,
        logins: this.#logins,
        roomId: event.room_id,
        eventId: event.event_id,
        userId: event.sender,
        args,
        ...(portal !== undefined && { portal }),
        wake: this.#wake,
      })
    }
    const fromNetwork = context.connector.handlers.commands?.find(
      (known) => known.name === name || known.aliases?.includes(name),
    )
    if (fromNetwork === undefined) throw new BridgeError(`I do not know \`${word}\`. Say \`help\` for what I can do.`)
    this.#requireAdmin(event, fromNetwork)
    return await fromNetwork.run({
      userId: event.sender,
      args,
      ...(portal !== undefined && { chat: portal.chat }),
      logins: context.logins.ofUser(event.sender).map(({ record }) => record),
    })
  }

  #requireAdmin(event: ClientEvent, command: Command | NetworkCommand): void {
    if (command.adminOnly !== true || this.#context.settings.admins.includes(event.sender)) return
    throw new BridgeError('Only an administrator of the bridge may do that.', { reason: 'm.no_permission' })
  }
}
