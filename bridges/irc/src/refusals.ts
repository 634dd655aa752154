import { ownValue } from '@pons/matrix'
import { BridgeError, nameInWords } from '@pons/core'

interface Refusal {
  /** Words for a person; `{target}` is the channel or nick. */
  readonly words: string
  readonly reason?: 'm.no_permission'
  /** Trying again later may work. */
  readonly isRetryable?: true
}

const refusals: Readonly<Record<string, Refusal>> = {
  '263': { words: 'the server is too busy', isRetryable: true },
  '401': { words: '{target} is not on IRC now' },
  '403': { words: 'there is no channel {target}' },
  '404': { words: '{target} does not let us speak', reason: 'm.no_permission' },
  '405': { words: 'we are in too many channels to join {target}' },
  '407': { words: 'too many receivers' },
  '412': { words: 'the message was empty' },
  '415': { words: 'the server does not take that message' },
  '417': { words: 'the message was too long for the server' },
  '432': { words: 'the server does not accept that nick' },
  '433': { words: 'that nick is taken' },
  '437': { words: '{target} is unavailable for a moment', isRetryable: true },
  '441': { words: 'that person is not in {target}' },
  '442': { words: 'we are not in {target}', isRetryable: true },
  '470': { words: '{target} leads elsewhere' },
  '471': { words: '{target} is full', isRetryable: true },
  '473': { words: '{target} is for invited people only', reason: 'm.no_permission' },
  '474': { words: 'we are banned from {target}', reason: 'm.no_permission' },
  '475': { words: '{target} asks for a key', reason: 'm.no_permission' },
  '476': { words: '{target} is no channel name the server accepts' },
  '477': { words: '{target} is for registered nicks only', reason: 'm.no_permission' },
  '479': { words: '{target} is no channel name the server accepts' },
  '480': { words: '{target} does not let us in', reason: 'm.no_permission' },
  '482': { words: 'we are no operator of {target}', reason: 'm.no_permission' },
  '489': { words: '{target} is for encrypted connections only', reason: 'm.no_permission' },
  '520': { words: '{target} is for network operators only', reason: 'm.no_permission' },
  '531': { words: '{target} does not take messages from us', reason: 'm.no_permission' },
  '716': { words: '{target} does not take messages from us', reason: 'm.no_permission' },
}

/** Numerics with which a server answers JOIN in place of letting us in. */
export const joinRefusals = new Set('403 405 437 471 473 474 475 476 477 479 480 489 520'.split(' '))

/** A server's refusal in words for the person who asked. */
export function refusalError(code: string, target: string, serverWords: string): BridgeError {
  const known = ownValue(refusals, code)
  const words = known?.words.replace('{target}', () => nameInWords(target)) ?? 'the network refused'
  const said = serverWords === '' ? '' : ` (“${nameInWords(serverWords).replace(/\.$/, '')}”)`
  return new BridgeError(words + said, {
    reason: known?.reason ?? 'm.foreign_network_error',
    isRetryable: known?.isRetryable ?? false,
  })
}
