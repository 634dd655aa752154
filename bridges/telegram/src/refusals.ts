import { BridgeError } from '@pons/core'
import { ownValue } from '@pons/matrix'
import { refusalOf } from './protocol/refusal-of.ts'

/** What Telegram's refusals mean, in words for the person who sent the message (core.telegram.org/api/errors). */
const words: Readonly<Record<string, string>> = {
  CHAT_WRITE_FORBIDDEN: 'you may not write in this chat',
  USER_BANNED_IN_CHANNEL: 'Telegram has restricted this account from writing in groups',
  CHAT_SEND_PLAIN_FORBIDDEN: 'this group takes no text messages',
  CHAT_SEND_MEDIA_FORBIDDEN: 'this group takes no media',
  CHAT_SEND_PHOTOS_FORBIDDEN: 'this group takes no pictures',
  CHAT_SEND_STICKERS_FORBIDDEN: 'this group takes no stickers',
  CHAT_ADMIN_REQUIRED: 'only an administrator of the group may do that',
  CHANNEL_PRIVATE: 'you are no longer in this chat',
  CHAT_FORBIDDEN: 'you are no longer in this chat',
  PEER_ID_INVALID: 'Telegram does not know this chat any more',
  USER_IS_BLOCKED: 'this person has blocked you',
  YOU_BLOCKED_USER: 'you have blocked this person on Telegram',
  INPUT_USER_DEACTIVATED: 'this account has been deleted',
  USER_DEACTIVATED: 'this account has been deleted',
  USER_PRIVACY_RESTRICTED: 'this person’s privacy settings do not allow that',
  PEER_FLOOD: 'Telegram limits this account: it may not write to strangers for now',
  MESSAGE_TOO_LONG: 'the message is too long for Telegram',
  MEDIA_CAPTION_TOO_LONG: 'the caption is too long for Telegram',
  MESSAGE_EMPTY: 'there is nothing in the message that Telegram could show',
  MESSAGE_EDIT_TIME_EXPIRED: 'it is too late to edit this message',
  MESSAGE_AUTHOR_REQUIRED: 'only the author can edit this message',
  MESSAGE_ID_INVALID: 'that message is no longer on Telegram',
  MESSAGE_DELETE_FORBIDDEN: 'you may not delete this message',
  REACTION_INVALID: 'Telegram has no such reaction',
  REACTIONS_TOO_MANY: 'this account can give one reaction to a message',
  PHOTO_INVALID_DIMENSIONS: 'Telegram does not take a picture of that shape',
  IMAGE_PROCESS_FAILED: 'Telegram could not read the picture',
  FILE_PARTS_INVALID: 'Telegram did not take the file',
  SLOWMODE_WAIT: 'this group is in slow mode',
}

/** What comes of nothing: the chat is already as it should be. */
const harmless = new Set([
  'MESSAGE_NOT_MODIFIED',
  'CHAT_NOT_MODIFIED',
  'USER_ALREADY_PARTICIPANT',
  'USER_NOT_PARTICIPANT',
  'CHAT_ABOUT_NOT_MODIFIED',
  'MESSAGE_NOT_READ_YET',
])

export function isHarmless(error: unknown): boolean {
  return harmless.has(refusalOf(error) ?? '')
}

/** A refusal in words; other errors as they are. */
export function inWords(error: unknown): unknown {
  const refusal = refusalOf(error)
  if (refusal === undefined) return error
  const message = ownValue(words, refusal) ?? `Telegram refuses: ${refusal}`
  // Trouble on Telegram's own side passes.
  const isRetryable = (error as { code?: unknown }).code === 500
  return new BridgeError(message, { cause: error, isRetryable })
}
