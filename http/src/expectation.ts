import type { IncomingMessage, ServerResponse } from 'node:http'

/** Requests with `Expect: 100-continue` whose bodies nobody has asked for yet. */
const waiting = new WeakSet<IncomingMessage>()

/** The client sends its body once it is asked to: whoever refuses the request anyway can spare it that. */
export function noteExpectation(request: IncomingMessage): void {
  waiting.add(request)
}

export function askForBody(request: IncomingMessage, response: ServerResponse): void {
  if (waiting.delete(request)) response.writeContinue()
}

export function isUnasked(request: IncomingMessage): boolean {
  return waiting.has(request)
}
