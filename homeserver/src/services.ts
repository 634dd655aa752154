import type { CoreServices } from './core-services.ts'
import type { UserServices } from './user-services.ts'

/** Everything an endpoint can use. */
export type Services = CoreServices & UserServices
