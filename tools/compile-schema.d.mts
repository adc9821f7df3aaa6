/** File names below the repository, and what they should hold. */
export declare function compileSchema(): Promise<Readonly<Record<string, string>>>;
