import { BridgeError, type TransmitContext, type Transmitted } from '@pons/core'
import { setTimeout as pause } from 'node:timers/promises'
import { peerOfChat } from '../ids.ts'
import { waitOf } from '../protocol/wait-of.ts'
import { inWords, isHarmless } from '../refusals.ts'
import type { TelegramAction } from './actions.ts'
import { changeGroup } from './change-group.ts'
import { deleteMessages } from './delete-messages.ts'
import { editRequest } from './edit-request.ts'
import { reactionRequest } from './reaction-request.ts'
import { sendMessage } from './send-message.ts'
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
      return await sendMessage(parts, action, { peer, context })
    case 'edit':
      await parts.call(await editRequest(parts, peer, action), context.signal)
      return { isConfirmed: true }
    case 'delete':
      await deleteMessages(parts, { peer, ids: action.ids, signal: context.signal })
      return { isConfirmed: true }
    case 'react':
      await parts.call(await reactionRequest(parts, peer, action), context.signal)
      return { isConfirmed: true }
    default:
      return await changeGroup(parts, action, { peer, signal: context.signal })
  }
}
