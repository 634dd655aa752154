// GET /_matrix/client/v3/capabilities   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3capabilities
import { supportedRoomVersions } from '@pons/matrix'
import { defineEndpoint } from '../../endpoint.ts'

export const getCapabilities = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/v3/capabilities',
  auth: 'user',
  handle: ({ services }) => ({
    capabilities: {
      'm.room_versions': {
        default: services.config.default_room_version,
        available: Object.fromEntries(supportedRoomVersions.map((version) => [version, 'stable'])),
      },
      'm.change_password': { enabled: true },
      'm.set_displayname': { enabled: true },
      'm.set_avatar_url': { enabled: true },
      'm.profile_fields': { enabled: true },
      'm.3pid_changes': { enabled: false },
      'm.get_login_token': { enabled: false },
    },
  }),
})
