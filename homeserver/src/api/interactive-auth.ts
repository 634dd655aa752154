import { HttpResponse, type RequestInfo } from '@pons/http'
import { type JsonObject } from '@pons/matrix'
import { Type } from 'typebox'
import type { Services } from '../services/open-services.ts'
import type { Requester } from './requester.ts'

/** The `auth` member of a body that may need interactive authentication. */
export const AuthBody = Type.Optional(Type.Unsafe<JsonObject>(Type.Object({})))

/** Asks the requester for the password; undefined when it was given, otherwise the answer to send. */
export async function askPassword(
  services: Pick<Services, 'interactiveAuth' | 'guesses'>,
  { userId }: Requester,
  request: RequestInfo,
  auth: JsonObject | undefined,
): Promise<HttpResponse | undefined> {
  const action = {
    name: `${request.method} ${request.path}`,
    userId,
    stage: 'm.login.password',
    attempt: (check: () => Promise<boolean>) => services.guesses.attempt({ account: userId, ip: request.ip }, check),
  } as const
  const challenge = await services.interactiveAuth.challenge(action, auth)
  return challenge && new HttpResponse(401, challenge)
}
