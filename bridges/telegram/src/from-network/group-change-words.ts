import { durationInWords, nameInWords } from '@pons/core'
import { Api } from 'telegram'

/** What somebody did by a service message, said of them: pins, calls, timers. */
export function groupChangeWords(action: Api.TypeMessageAction): string {
  if (action instanceof Api.MessageActionPinMessage) return 'pinned a message'
  if (action instanceof Api.MessageActionPhoneCall) return action.video === true ? 'made a video call' : 'called'
  if (action instanceof Api.MessageActionGroupCall)
    return action.duration === undefined ? 'started a call' : 'ended the call'
  if (action instanceof Api.MessageActionSetMessagesTTL) {
    return action.period === 0
      ? 'lets messages stay from now on'
      : `lets messages disappear after ${durationInWords(action.period)}`
  }
  if (action instanceof Api.MessageActionContactSignUp) return 'is on Telegram now'
  if (action instanceof Api.MessageActionScreenshotTaken) return 'took a screenshot'
  if (action instanceof Api.MessageActionCustomAction) return nameInWords(action.message)
  return `did something that cannot be shown here (${action.className.replace(/^MessageAction/, '')})`
}
