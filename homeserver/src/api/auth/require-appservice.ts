import type { RequestInfo } from '@pons/http'
import { missingToken, unknownToken } from '@pons/matrix'
import type { Appservice } from '../../appservices/appservice.ts'
import type { Services } from '../../services/open-services.ts'
import { accessTokenOf } from './access-token.ts'

/** The application service that the request's token belongs to, for endpoints that are open to users without one. */
export async function requireAppservice(
  { roster, appserviceQueues, guesses }: Pick<Services, 'roster' | 'appserviceQueues' | 'guesses'>,
  request: RequestInfo,
): Promise<Appservice> {
  const token = accessTokenOf(request)
  if (token === undefined) throw missingToken('Missing access token')
  const appservice = roster.byToken(token)
  await guesses.attempt({ ip: request.ip }, async () => appservice !== undefined)
  if (!appservice) throw unknownToken('Unrecognised access token', { soft_logout: false })
  appserviceQueues.sawAlive(appservice, 'request')
  return appservice
}
