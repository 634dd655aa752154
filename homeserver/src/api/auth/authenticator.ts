import type { Auth, RequestInfo } from '@pons/http'
import { forbidden, missingToken, unknownToken, userLocked } from '@pons/matrix'
import type { Requester } from '../requester.ts'
import { accessTokenOf } from './access-token.ts'
import { masquerade, type MasqueradeServices } from './masquerade.ts'

/** Turns a request's token into its requester; what may not pass throws what the spec says. */
export function authenticator(services: MasqueradeServices) {
  return async (request: RequestInfo, auth: Exclude<Auth, 'none'>): Promise<Requester | undefined> => {
    const token = accessTokenOf(request)
    if (token === undefined) {
      if (auth === 'optional') return undefined
      throw missingToken('Missing access token')
    }
    const appservice = services.roster.byToken(token)
    const mayBeLocked = auth === 'locked-user'
    const requester = appservice
      ? await masquerade(services, appservice, request, mayBeLocked)
      : await deviceOwner(services, token, request, mayBeLocked)
    if (auth === 'appservice' && !requester.appservice) throw forbidden('Only application services may do this')
    if (auth === 'admin' && !requester.isAdmin) throw forbidden('You are not a server admin')
    return requester
  }
}

async function deviceOwner(
  { accounts, sessions }: Pick<MasqueradeServices, 'accounts' | 'sessions'>,
  token: string,
  request: RequestInfo,
  mayBeLocked: boolean,
): Promise<Requester> {
  const owner = await sessions.ownerOf(token)
  if (!owner) throw unknownToken('Unrecognised access token', { soft_logout: false })
  const account = await accounts.find(owner.userId)
  if (!account || account.isDeactivated) throw unknownToken('Unrecognised access token', { soft_logout: false })
  if (account.isLocked && !mayBeLocked) throw userLocked('This account is locked', { soft_logout: true })
  sessions.saw(owner, request.ip)
  const { isAdmin, isGuest } = account
  return { ...owner, appservice: undefined, isAdmin, isGuest, originServerTs: undefined }
}
