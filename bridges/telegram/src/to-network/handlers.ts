import { abilities, type ClientHandlers, type Formatting } from '@pons/core'
import type { TelegramConfig } from '../config.ts'
import { asStored } from './actions.ts'
import { editAction } from './edit-action.ts'
import { membershipActions } from './membership-actions.ts'
import { messageActions } from './message-actions.ts'
import { powerLevelActions } from './power-level-actions.ts'
import type { PrepareParts } from './prepare-parts.ts'
import { reactionAction } from './reaction-action.ts'
import { redactionActions } from './redaction-actions.ts'
import { textLimits } from './text-limits.ts'

const editDays = 2

const formatting: readonly Formatting[] = [
  'bold',
  'italic',
  'underline',
  'strike',
  'code',
  'code-block',
  'spoiler',
  'quote',
  'link',
  'mention',
]

/** Handlers that turn what people do in Matrix into actions, with their limits; `live` holds those that act at once. */
export function telegramAbilities(
  parts: PrepareParts,
  config: TelegramConfig,
  live: Required<Pick<ClientHandlers, 'typing' | 'receipt' | 'history'>>,
) {
  const limits = { maxBytes: config.max_media_bytes, maxCaptionLength: textLimits.caption }
  return abilities(
    { ...preparing(parts), ...live },
    {
      message: {
        maxTextLength: textLimits.message,
        formatting,
        media: {
          image: limits,
          video: limits,
          audio: limits,
          file: limits,
          sticker: { ...limits, maxCaptionLength: 0 },
        },
        hasLocations: true,
        hasReplies: true,
      },
      edit: { maxAgeMs: editDays * 86_400_000 },
      reaction: { maxPerPerson: 1 },
    },
  )
}

/** Each kind handed to what makes its actions. */
function preparing(parts: PrepareParts) {
  return {
    message: async (intent) => asStored(messageActions(parts, intent)),
    edit: async (intent) => asStored([editAction(parts, intent)]),
    redaction: async (intent) => asStored(redactionActions(intent)),
    reaction: async (intent) => asStored([reactionAction(intent)]),
    reactionRemoval: async ({ target }) => asStored([reactionAction({ target })]),
    name: async ({ name }) => asStored([{ kind: 'name', text: name }]),
    topic: async ({ topic }) => asStored([{ kind: 'topic', text: topic }]),
    avatar: async ({ mxc }) => asStored([{ kind: 'avatar', ...(mxc !== undefined && { mxc }) }]),
    membership: async (intent) => asStored(membershipActions(intent)),
    powerLevel: async (intent) => asStored(powerLevelActions(intent)),
  } satisfies ClientHandlers
}
