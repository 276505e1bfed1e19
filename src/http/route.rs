//! Macros of the route table, which expand its arms to filters, page dispatch and patterns.

/// Declares the routes of programs. Each arm is a warp filter for a path, and its pattern.
///
/// Each route is boxed: all of them in one type took the compiler 8 seconds longer, and `me` had
/// 8 % fewer responses per second.
macro_rules! routes {
    ($site:ident, or else $nowhere:ident, $pages:ident, with { $($shared:tt)* }
     $($name:ident: $first:tt $(/ $rest:tt)* { $($chain:tt)+ })+) => {
        /// Patterns of the routes that are not pages.
        const PROGRAMS: &[&str] = &[$(path_of!($first $($rest)*)),+];

        /// Every route.
        pub fn routes($site: Arc<Site>) -> BoxedFilter<(Response,)> {
            $($shared)*
            $(let $name = warp::path!($first $(/ $rest)*) $($chain)+
                .map(Reply::into_response)
                .boxed();)+
            first_of!($($name)+ $nowhere $pages)
                .recover(refuse)
                .map(Reply::into_response)
                .boxed()
        }
    };
}

/// Chains alternatives; the first that accepts the request responds. Each holds those after it, so that the future of an
/// early one is not wrapped once for every later one. What comes after eight is boxed, or the type would get too deep for the
/// compiler.
macro_rules! first_of {
    ($last:ident) => { $last };
    ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident $($next:ident)+) => {
        first_of!($a $b $c $d $e $f $g $h).or(first_of!($($next)+).boxed()).unify()
    };
    ($first:ident $($next:ident)+) => { $first.or(first_of!($($next)+)).unify() };
}

/// Declares the pages. Each arm is a handler for a method and a path, and its pattern.
macro_rules! pages {
    ($visit:ident: $($method:ident [$($part:tt),*] $(if $guard:expr)? => $answer:expr;)+) => {
        /// Patterns of all pages.
        const PAGES: &[&str] = &[$(path_of!($($part)*)),+];

        /// Calls the handler of a page.
        async fn page($visit: &Visit) -> Result<Response> {
            let method = match &$visit.method {
                &Method::HEAD => "GET",
                method => method.as_str(),
            };
            match $visit.segments()[..] {
                $([$($part),*] if method == stringify!($method) $(&& $guard)? => $answer,)+
                _ => Err(Error::NotFound),
            }
        }
    };
}

/// Formats a route pattern with the names of its variables: `"s" token "say"` becomes
/// `/s/{token}/say`.
macro_rules! path_of {
    () => { "/" };
    ($($part:tt)+) => { concat!($("/", part_of!($part)),+) };
}

macro_rules! part_of {
    (..) => {
        "…"
    };
    ($text:literal) => {
        $text
    };
    ($name:ident) => {
        concat!("{", stringify!($name), "}")
    };
}

pub(super) use {first_of, pages, part_of, path_of, routes};
