import bigInt from 'big-integer'
import { BridgeError, type TransmitContext, type Transmitted } from '@pons/core'
import { setTimeout as pause } from 'node:timers/promises'
import { Api } from 'telegram'
import type { TelegramAction } from './actions.ts'
import { apiEntities } from './api-entities.ts'
import { changeChat } from './group-change.ts'
import { deleteMessages } from './delete-messages.ts'
import { messageIdOf, peerOfChat } from '../ids.ts'
import { numberHere, numberIn } from './message-numbers.ts'
import { uploaded } from './uploaded-media.ts'
import { refusalOf, waitOf } from '../protocol/call.ts'
import { boxOfPeer } from '../protocol/counted.ts'
import type { PeerKey } from '../protocol/peer-key.ts'
import { randomIdOf } from './random-id.ts'
import { inWords, isHarmless } from '../refusals.ts'
import type { TransmitParts } from './transmit-parts.ts'

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
      await deleteMessages(parts, { peer, ids: action.ids, signal: context.signal })
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
  const { host, sent, lookUp } = parts
  const randomId = randomIdOf(context.key)
  const request = await sendRequest(parts, action, { peer, randomId, signal: context.signal })
  const wanted = { peer, text: textOf(action), sinceMs: context.startedAtMs, signal: context.signal }
  sent.expect(randomId, boxOfPeer(peer))
  try {
    host.step('telegram:before-send')
    const answer = await parts.call(request, context.signal)
    host.step('telegram:sent')
    const id = idIn(answer, randomId) ?? (await lookUp.find(randomId, wanted))
    const disappearsAtMs = endIn(answer, id)
    return {
      isConfirmed: true,
      ...(id !== undefined && { remoteId: messageIdOf(peer, id, parts.login) }),
      ...(disappearsAtMs !== undefined && { disappearsAtMs }),
    }
  } catch (error) {
    if (refusalOf(error) !== 'RANDOM_ID_DUPLICATE') throw error
    const id = await lookUp.find(randomId, wanted)
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
