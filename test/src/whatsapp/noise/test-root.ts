import { keyPairOf } from '../signal/keys.ts'

/** The root that signs the certificates of every test server. It is fixed, so that any process can trust it. */
export const testRoot = keyPairOf(Buffer.from('pons: the root of test servers !'))
