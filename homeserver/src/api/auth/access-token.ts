import type { RequestInfo } from '@pons/http'

/** The query form is what bridges of before v1.11 send; it is never logged. */
export function accessTokenOf(request: RequestInfo): string | undefined {
  const { authorization } = request.headers as { authorization?: string }
  if (authorization === undefined) return request.query.get('access_token') ?? undefined
  const [, token] = /^Bearer +(\S+) *$/i.exec(authorization) ?? []
  return token
}
