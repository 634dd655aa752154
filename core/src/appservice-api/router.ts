import { createRouter, type Router } from '@pons/http'
import { MatrixError, forbidden } from '@pons/matrix'
import { tokensEqual } from '@pons/registration'
import type { Logger } from 'pino'
import type { AppserviceServices, Homeserver } from './define-endpoint.ts'
import { getMedia } from './get-media.ts'
import { postPing } from './post-ping.ts'
import { putTransaction } from './put-transaction.ts'
import { queryAlias } from './query-alias.ts'
import { queryUser } from './query-user.ts'
import { getLocations, getProtocol, getUsers } from './third-party.ts'

const endpoints = [putTransaction, postPing, queryUser, queryAlias, getProtocol, getLocations, getUsers, getMedia]

const MAX_MEMORY_BYTES = 128 * 1024 * 1024

/** What a homeserver may call, over HTTP and in process alike: that asks for the hs_token. Links to media carry their own right. */
export function appserviceRouter(options: { services: AppserviceServices; hsToken: string; logger: Logger }): Router {
  return createRouter<AppserviceServices, Homeserver>(endpoints, {
    services: options.services,
    logger: options.logger,
    // There is one homeserver, whose transactions may be large.
    bodyMemory: { totalBytes: MAX_MEMORY_BYTES, perSourceBytes: MAX_MEMORY_BYTES },
    authenticate: async ({ headers, query }) => {
      const token = headers['authorization']?.replace(/^Bearer /i, '') ?? query.get('access_token')
      if (token === null || token === undefined) throw new MatrixError('M_UNAUTHORIZED', 'no token', { status: 401 })
      if (!tokensEqual(token, options.hsToken)) throw forbidden('wrong token')
      return 'homeserver'
    },
  })
}
