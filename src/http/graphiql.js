// Starts GraphiQL; the token goes into its "Headers" tab: {"Authorization": "Bearer …"}.
const place = document.getElementById("graphiql");
place.style.height = "100vh";
document.body.style.margin = "0";
const fetcher = GraphiQL.createFetcher({ url: "/graphql" });
ReactDOM.createRoot(place).render(React.createElement(GraphiQL, { fetcher, shouldPersistHeaders: false }));
