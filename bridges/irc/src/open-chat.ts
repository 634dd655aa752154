import {
  BridgeError,
  type BridgeHost,
  type ChatKey,
  type LoginId,
  type OpenChatRequest,
  type OpenedChat,
} from '@pons/core'
import type { UserId } from '@pons/matrix'
import { checkTarget } from './address/check-target.ts'
import { parseChatWish, type ChatWish } from './address/parse-chat-wish.ts'
import { isKeyOf } from './chat-info/channel-door.ts'
import { privateSnapshot } from './chat-info/private-snapshot.ts'
import { remoteUser } from './chat-info/remote-user.ts'
import { chatKeyOf, isChannelName, targetOf } from './ids.ts'
import { relayKey, type IrcNetwork } from './network.ts'
import type { Networks } from './networks.ts'
import type { OwnConnection } from './own-connection.ts'

export interface OpenChatContext {
  readonly networks: Networks
  readonly host: BridgeHost
  readonly relayOf: (network: IrcNetwork) => OwnConnection | undefined
  /** The relay, dialled although it was given up. */
  readonly redial: (network: IrcNetwork) => OwnConnection | undefined
}

/** Goes where somebody wants to be: on their own connection where they have one, else through the relay. */
export async function openChat(context: OpenChatContext, request: OpenChatRequest): Promise<OpenedChat> {
  const { networks, host } = context
  const wish = parseChatWish(request.identifier)
  checkTarget(wish.name)
  const ofLogin = wish.network === undefined ? networkOfLogin(networks, request.login) : undefined
  const asker = { userId: request.requestedBy, isAdmin: await host.isAdmin(request.requestedBy) }
  const before = new Set(networks.all())
  const network = ofLogin ?? (await networks.named(wish.network, asker))
  try {
    return await openOn(context, network, wish, request)
  } catch (error) {
    // A mistyped address is not kept.
    if (!before.has(network)) await networks.remove(network.name)
    else await restIfIdle(network)
    throw error
  }
}

async function openOn(
  context: OpenChatContext,
  network: IrcNetwork,
  wish: ChatWish,
  { login, requestedBy }: OpenChatRequest,
): Promise<OpenedChat> {
  const own = (login && network.client(login)) ?? clientOfOwner(network, requestedBy)
  if (!isChannelName(wish.name)) return await openPrivate(network, own, wish.name)
  const client = own ?? context.redial(network)
  if (!client) throw new BridgeError(`${network.displayName} has no relay here. Say \`login\` to connect yourself.`)
  const relay = context.relayOf(network)
  const wasIn = new Set(relay?.joins.names().map(network.fold))
  const opened = await openChannel(network, client, wish)
  // Their own connection is in. What the relay is in, it is in for those who know the key, where there is nothing else.
  const session = client.connection.ready
  const channel = session?.channel(targetOf(opened.chat.chat).name)
  const showedKey = session !== undefined && channel !== undefined && isKeyOf(channel, wish.key, session.features)
  // The room is watched by the relay too, or nobody would see it when its only login goes.
  const { name } = targetOf(opened.chat.chat)
  if (relay && relay !== client) relay.joins.want(name, wish.key)
  const isAdmitted = own !== undefined || showedKey
  if (relay === undefined || wasIn.has(network.fold(name))) return { ...opened, isAdmitted }
  return { ...opened, isAdmitted, undo: () => leaveAgain(context, network, relay, opened.chat) }
}

/** Somebody waits: a connection that rests between two tries tries now, and a failure is told in place of going on for ever. */
async function openChannel(
  network: IrcNetwork,
  client: OwnConnection,
  { name, key }: Pick<ChatWish, 'name' | 'key'>,
): Promise<OpenedChat> {
  const isNew = !client.joins.isWanted(name)
  const done = new AbortController()
  client.joins.want(name, key)
  if (!client.connection.ready && client.connection.isResting) client.connection.reconnect('asked to connect')
  try {
    await Promise.race([client.joins.whenJoined(name, done.signal), client.failures.next(done.signal)])
  } catch (error) {
    const forward = client.joins.forwardOf(name)
    if (isNew) client.joins.forget(name)
    if (forward === undefined || network.fold(forward) === network.fold(name)) throw error
    return await openChannel(network, client, { name: forward, key: undefined })
  } finally {
    done.abort()
  }
  const chat = network.channelChat(name)
  return { chat, snapshot: await client.chatSnapshot(chat) }
}

async function leaveAgain(
  { host }: OpenChatContext,
  network: IrcNetwork,
  relay: OwnConnection,
  chat: ChatKey,
): Promise<void> {
  const { name } = targetOf(chat.chat)
  // Somebody else may have been let in meanwhile.
  if ((await host.portals()).some((portal) => portal.chat.chat === chat.chat)) return
  relay.joins.forget(name)
  relay.connection.ready?.write('PART', [name, 'not for who asked'], name)
  await restIfIdle(network)
}

/** A relay that is wanted nowhere dials no more. */
async function restIfIdle(network: IrcNetwork): Promise<void> {
  const relay = network.client(relayKey)
  if (relay?.joins.isEmpty === true && relay.connection.ready === undefined) await relay.disconnect()
}

async function openPrivate(network: IrcNetwork, own: OwnConnection | undefined, nick: string): Promise<OpenedChat> {
  if (!own?.login) {
    throw new BridgeError(`To talk to ${nick} alone you need your own nick on ${network.displayName}. Say \`login\`.`)
  }
  const session = await own.connection.whenReady()
  const folded = network.fold(nick)
  const user = remoteUser(network.name, nick, session?.features ?? network)
  return {
    chat: chatKeyOf({ network: network.name, name: folded }, own.login.id),
    snapshot: privateSnapshot(user, nick),
    isAdmitted: true,
  }
}

function networkOfLogin(networks: Networks, id: LoginId | undefined): IrcNetwork | undefined {
  return id && networks.all().find((network) => network.client(id) !== undefined)
}

function clientOfOwner(network: IrcNetwork, userId: UserId): OwnConnection | undefined {
  return network.clients().find((client) => client.login?.owner === userId)
}
