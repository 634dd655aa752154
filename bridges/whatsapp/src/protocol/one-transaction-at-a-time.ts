import type { SignalKeyStoreWithTransaction } from '@whiskeysockets/baileys'

/**
 * The library locks a whole send under our own address, and a decryption under the sender's: both read, step and store the
 * same session, and the one that stores last undoes the other's step, after which the two sides cannot read each other. So
 * all transactions of an account take one lock. What a send asks the server meanwhile is answered outside of any.
 */
export function oneTransactionAtATime(keys: SignalKeyStoreWithTransaction): void {
  const transaction = keys.transaction.bind(keys)
  keys.transaction = async (work) => await transaction(work, 'account')
}
