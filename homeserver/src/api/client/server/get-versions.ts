// GET /_matrix/client/versions   https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientversions
import { defineEndpoint } from '../../endpoint.ts'

/** Versions whose endpoints for chat and bridges are all here; each feature only when it is whole. */
const VERSIONS = [
  'r0.0.1', 'r0.1.0', 'r0.2.0', 'r0.3.0', 'r0.4.0', 'r0.5.0', 'r0.6.0', 'r0.6.1',
  'v1.1', 'v1.2', 'v1.3', 'v1.4', 'v1.5', 'v1.6', 'v1.7', 'v1.8', 'v1.9', 'v1.10', 'v1.11', 'v1.12',
] // prettier-ignore

const UNSTABLE_FEATURES = {
  'fi.mau.msc2659.stable': true,
  'fi.mau.msc2246.stable': true,
  'org.matrix.msc3916.stable': true,
  'org.matrix.msc4222': true,
  'uk.tcpip.msc4133': true,
  'uk.tcpip.msc4133.stable': true,
  'com.beeper.msc4169': true,
  'com.beeper.msc4437': true,
  'pons.send_batch': true,
}

export const getVersions = defineEndpoint({
  method: 'GET',
  path: '/_matrix/client/versions',
  auth: 'none',
  handle: () => ({ versions: VERSIONS, unstable_features: UNSTABLE_FEATURES }),
})
