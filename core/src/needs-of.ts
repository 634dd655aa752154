/** What a function is to be given first, to be handed on to those that it calls: `NeedsOf<typeof one | typeof other>`. */
export type NeedsOf<Functions> = [Functions] extends [(needs: infer Needs, ...rest: never[]) => unknown] ? Needs : never
