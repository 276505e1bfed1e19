import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  // What `zayavka schema` prints, or GET /graphql/schema with a token.
  schema: "../schema.graphql",
  documents: "src/client.ts",
  importExtension: ".js",
  generates: {
    "src/gql/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        documentMode: "string",
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          Date: "string",
          DateTime: "string",
          Decimal: "string",
          ExpectedErrorType: "Record<string, { message: string; code: string }[]> | null",
          Money: "number",
          Upload: "File",
        },
      },
    },
  },
};

export default config;
