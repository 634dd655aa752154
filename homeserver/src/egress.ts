/** The way out of the process, for whoever calls other hosts; the rest of HTTP is for `api/` alone. */
export { addressKind, createEgress, repeatWhenClosed, type Egress } from '@pons/http'
