export function freshBundle(root: string, folder?: string): string | undefined
