import { adminEndpoints } from './admin/index.ts'
import { accountEndpoints } from './client/account/index.ts'
import { appserviceEndpoints } from './client/appservice/index.ts'
import { deviceEndpoints } from './client/devices/index.ts'
import { directoryEndpoints } from './client/directory/index.ts'
import { ephemeralEndpoints } from './client/ephemeral/index.ts'
import { keyEndpoints } from './client/keys/index.ts'
import { profileEndpoints } from './client/profile/index.ts'
import { pushEndpoints } from './client/push/index.ts'
import { roomEndpoints } from './client/rooms/index.ts'
import { serverEndpoints } from './client/server/index.ts'
import { sessionEndpoints } from './client/session/index.ts'
import { syncEndpoints } from './client/sync/index.ts'
import { userDataEndpoints } from './client/user-data/index.ts'
import type { Endpoint } from './endpoint.ts'
import { mediaEndpoints } from './media/index.ts'
import { wellKnownClient } from './well-known.ts'

/** Every endpoint of the server, by area. */
export const routes: readonly Endpoint[] = [
  ...serverEndpoints,
  ...sessionEndpoints,
  ...accountEndpoints,
  ...profileEndpoints,
  ...userDataEndpoints,
  ...deviceEndpoints,
  ...ephemeralEndpoints,
  ...pushEndpoints,
  ...keyEndpoints,
  ...mediaEndpoints,
  ...adminEndpoints,
  wellKnownClient,
  ...syncEndpoints,
  ...roomEndpoints,
  ...directoryEndpoints,
  ...appserviceEndpoints,
].map(withOldPrefix)

/** Before version 1.1 of the specification the path said r0, and bridges of that time still do. */
function withOldPrefix(endpoint: Endpoint): Endpoint {
  const old = endpoint.paths
    .filter((path) => path.startsWith('/_matrix/client/v3/'))
    .map((path) => path.replace('/v3/', '/r0/'))
  return { ...endpoint, paths: [...endpoint.paths, ...old] }
}
