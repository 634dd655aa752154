import bigInt from 'big-integer'
import { BridgeError, type LoginId, type TransmitContext, type Transmitted } from '@pons/core'
import { setTimeout as pause } from 'node:timers/promises'
import { Api } from 'telegram'
import type { OutgoingFile, TargetId, TelegramAction } from './actions.ts'
import { changeChat } from './change-chat.ts'
import { packWaveform } from './convert/media-from-telegram.ts'
import { messageIdOf, numberOfMessage, peerOfChat, selfPeer } from './ids.ts'
import { refusalOf, waitOf } from './protocol/call.ts'
import { boxOfPeer, type Box } from './protocol/counted.ts'
import type { PeerKey } from './protocol/peer-key.ts'
import type { Peers } from './protocol/peers.ts'
import { toApiEntity, type TextEntity } from './protocol/text-entity.ts'
import { uploadFile } from './protocol/upload.ts'
import { randomIdOf } from './random-id.ts'
import { inWords, isHarmless } from './refusals.ts'
import type { TransmitParts } from './transmit-parts.ts'

const maxPhotoBytes = 10_000_000

/**
 * Does one action. A repeat carries the same random id, and where Telegram says that it was sent before, the message is found.
 * Waits as long as Telegram asks, so that nothing of the chat overtakes it.
 */
export async function transmit(
  parts: TransmitParts,
  action: TelegramAction,
  context: TransmitContext,
): Promise<Transmitted> {
  for (;;) {
    try {
      return await attempt(parts, action, context)
    } catch (error) {
      const waitSeconds = waitOf(error)
      if (waitSeconds === undefined) {
        if (isHarmless(error)) return { isConfirmed: true }
        throw inWords(error)
      }
      parts.host.logger.warn({ seconds: waitSeconds, action: action.kind }, 'telegram asks to wait')
      await pause(waitSeconds * 1000, undefined, { signal: context.signal }).catch(() => {
        throw new BridgeError('the bridge stopped while Telegram asked to wait', { isRetryable: true })
      })
    }
  }
}

async function attempt(parts: TransmitParts, action: TelegramAction, context: TransmitContext): Promise<Transmitted> {
  const peer = peerOfChat(context.chat)
  switch (action.kind) {
    case 'text':
    case 'file':
    case 'place':
      return await send(parts, action, { peer, context })
    case 'edit':
      await parts.call(await editRequest(parts, peer, action), context.signal)
      return { isConfirmed: true }
    case 'delete':
      await remove(parts, { peer, ids: action.ids, signal: context.signal })
      return { isConfirmed: true }
    case 'react': {
      const reaction = action.key === undefined ? [] : [new Api.ReactionEmoji({ emoticon: action.key })]
      const input = await parts.peers.input(peer)
      const msgId = numberHere(action.id, peer, parts.login)
      await parts.call(new Api.messages.SendReaction({ peer: input, msgId, reaction }), context.signal)
      return { isConfirmed: true }
    }
    default:
      return await changeChat(parts, action, { peer, signal: context.signal })
  }
}

type Sending = Extract<TelegramAction, { kind: 'text' | 'file' | 'place' }>

async function send(
  parts: TransmitParts,
  action: Sending,
  { peer, context }: { peer: PeerKey; context: TransmitContext },
): Promise<Transmitted> {
  const { host, sent } = parts
  const randomId = randomIdOf(context.key)
  const request = await sendRequest(parts, action, { peer, randomId, signal: context.signal })
  const wanted = { peer, text: textOf(action), sinceMs: context.startedAtMs, signal: context.signal }
  sent.expect(randomId, boxOfPeer(peer))
  try {
    host.step('telegram:before-send')
    const answer = await parts.call(request, context.signal)
    host.step('telegram:sent')
    const id = idIn(answer, randomId) ?? (await sent.find(randomId, wanted))
    const disappearsAtMs = endIn(answer, id)
    return {
      isConfirmed: true,
      ...(id !== undefined && { remoteId: messageIdOf(peer, id, parts.login) }),
      ...(disappearsAtMs !== undefined && { disappearsAtMs }),
    }
  } catch (error) {
    if (refusalOf(error) !== 'RANDOM_ID_DUPLICATE') throw error
    const id = await sent.find(randomId, wanted)
    return { isConfirmed: true, ...(id !== undefined && { remoteId: messageIdOf(peer, id, parts.login) }) }
  } finally {
    sent.forget(randomId)
  }
}

function textOf(action: Sending): string {
  return action.kind === 'place' ? '' : action.text
}

function idIn(answer: Api.TypeUpdates, randomId: string): number | undefined {
  if (answer instanceof Api.UpdateShortSentMessage) return answer.id
  if (!(answer instanceof Api.Updates)) return undefined
  const named = answer.updates.find(
    (update) => update instanceof Api.UpdateMessageID && String(update.randomId) === randomId,
  )
  return named instanceof Api.UpdateMessageID ? named.id : undefined
}

/** Telegram gives what is sent the timer of the chat by itself. */
function endIn(answer: Api.TypeUpdates, id: number | undefined): number | undefined {
  const updates = answer instanceof Api.Updates ? answer.updates : []
  const messages = updates.flatMap((update) =>
    update instanceof Api.UpdateNewMessage || update instanceof Api.UpdateNewChannelMessage ? [update.message] : [],
  )
  const sent = answer instanceof Api.UpdateShortSentMessage ? answer : messages.find((message) => message.id === id)
  if (sent === undefined || sent instanceof Api.MessageEmpty || sent.ttlPeriod === undefined) return undefined
  return (sent.date + sent.ttlPeriod) * 1000
}

async function sendRequest(
  parts: TransmitParts,
  action: Sending,
  to: { peer: PeerKey; randomId: string; signal: AbortSignal },
): Promise<Api.messages.SendMessage | Api.messages.SendMedia> {
  const peer = await parts.peers.input(to.peer)
  const answered = action.replyTo === undefined ? undefined : numberIn(action.replyTo, to.peer, parts.login)
  const replyTo = answered === undefined ? undefined : new Api.InputReplyToMessage({ replyToMsgId: answered })
  const common = { peer, randomId: bigInt(to.randomId), ...(replyTo !== undefined && { replyTo }) }
  if (action.kind === 'place') {
    const geoPoint = new Api.InputGeoPoint({ lat: action.latitude, long: action.longitude })
    return new Api.messages.SendMedia({ ...common, media: new Api.InputMediaGeoPoint({ geoPoint }), message: '' })
  }
  const entities = await apiEntities(parts.peers, action.entities)
  const text = { message: action.text, ...(entities.length > 0 && { entities }) }
  if (action.kind === 'text') return new Api.messages.SendMessage({ ...common, ...text })
  return new Api.messages.SendMedia({ ...common, ...text, media: await uploaded(parts, action.file, to.signal) })
}

async function uploaded(parts: TransmitParts, file: OutgoingFile, signal: AbortSignal): Promise<Api.TypeInputMedia> {
  const { bytes, mimeType } = await parts.host.download(file.mxc, parts.maxBytes)
  const input = await uploadFile((request) => parts.call(request, signal), bytes, file.fileName)
  const type = file.mimeType ?? mimeType
  const isPhoto = file.kind === 'image' && /^image\/(jpeg|png|webp)$/.test(type) && bytes.length <= maxPhotoBytes
  if (isPhoto) return new Api.InputMediaUploadedPhoto({ file: input })
  return new Api.InputMediaUploadedDocument({ file: input, mimeType: type, attributes: attributesOf(file) })
}

function attributesOf(file: OutgoingFile): Api.TypeDocumentAttribute[] {
  const { kind, fileName, width, height, durationMs = 0, isVoice, waveform, isGif } = file
  const duration = durationMs / 1000
  const attributes: Api.TypeDocumentAttribute[] = [new Api.DocumentAttributeFilename({ fileName })]
  if (kind === 'video') {
    attributes.push(
      new Api.DocumentAttributeVideo({ duration, w: width ?? 0, h: height ?? 0, supportsStreaming: true }),
    )
    if (isGif === true) attributes.push(new Api.DocumentAttributeAnimated())
  }
  if (kind === 'audio') {
    attributes.push(
      new Api.DocumentAttributeAudio({
        duration: Math.round(duration),
        ...(isVoice === true && { voice: true }),
        ...(waveform !== undefined && { waveform: packWaveform(waveform) }),
      }),
    )
  }
  if (kind === 'sticker') {
    attributes.push(new Api.DocumentAttributeSticker({ alt: '', stickerset: new Api.InputStickerSetEmpty() }))
  }
  return attributes
}

async function apiEntities(peers: Peers, entities: readonly TextEntity[]): Promise<Api.TypeMessageEntity[]> {
  const filled = await Promise.all(
    entities.map(async (entity) => {
      if (entity.type !== 'mention') return [entity]
      const record = await peers.get(`u${entity.userId}`)
      return record === undefined ? [] : [{ ...entity, hash: record.hash }]
    }),
  )
  return filled.flat().map(toApiEntity)
}

async function editRequest(
  { peers, login }: TransmitParts,
  peer: PeerKey,
  { id, text, entities }: Extract<TelegramAction, { kind: 'edit' }>,
): Promise<Api.messages.EditMessage> {
  const shown = await apiEntities(peers, entities)
  return new Api.messages.EditMessage({
    peer: await peers.input(peer),
    id: numberHere(id, peer, login),
    message: text,
    ...(shown.length > 0 && { entities: shown }),
  })
}

/** In the box where the messages are: in the room of a supergroup some may be of the group that it was. */
async function remove(
  { peers, login, call, affected }: TransmitParts,
  { peer, ids, signal }: { peer: PeerKey; ids: readonly TargetId[]; signal: AbortSignal },
): Promise<void> {
  const own = ids.flatMap((id) =>
    isBare(id) && peer.startsWith('c') ? [] : (numberIn(id, selfPeer(login), login) ?? []),
  )
  const shared = ids.flatMap((id) => (peer.startsWith('c') ? (numberIn(id, peer, login) ?? []) : []))
  if (own.length + shared.length < ids.length) throw countsElsewhere()
  if (own.length > 0) affected('', await call(new Api.messages.DeleteMessages({ id: own, revoke: true }), signal))
  if (shared.length === 0) return
  const channel = await peers.channel(peer)
  if (channel === undefined) throw new BridgeError('Telegram does not know this chat any more')
  affected(peer as Box, await call(new Api.channels.DeleteMessages({ channel, id: shared }), signal))
}

function isBare(id: TargetId): id is number {
  return typeof id === 'number'
}

function numberIn(id: TargetId, peer: PeerKey, login: LoginId): number | undefined {
  return isBare(id) ? id : numberOfMessage(id, peer, login)
}

function numberHere(id: TargetId, peer: PeerKey, login: LoginId): number {
  const number = numberIn(id, peer, login)
  if (number === undefined) throw countsElsewhere()
  return number
}

function countsElsewhere(): BridgeError {
  return new BridgeError('that message is from before the group became a supergroup, and cannot be changed any more')
}
