/** Waiting for something to hold. */

export function sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until something holds; what it waits for is told where it never does. */
export async function until<Value>(
    what: string,
    look: () => Value | Promise<Value>,
    seconds = 90,
): Promise<NonNullable<Exclude<Value, false>>> {
    const end = Date.now() + seconds * 1000;
    while (Date.now() < end) {
        const found = await look();
        if (found !== undefined && found !== null && found !== false) {
            return found as NonNullable<Exclude<Value, false>>;
        }
        await sleep(50);
    }
    throw new Error(`not within ${seconds} seconds: ${what}`);
}
